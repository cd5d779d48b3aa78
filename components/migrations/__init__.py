"""How the tables came to be what they are: one module in `versions` a step, run in order by `components.migrate`."""
