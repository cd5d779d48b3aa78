"""What a delivery, a call, a connect and an idle connection cost, side by side with what people would pick instead."""
