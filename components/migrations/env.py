"""What Alembic runs: the missing steps, in the transaction that `components.migrate` has begun."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
