"""Programs that the figures run beside a stack, in processes of their own."""
