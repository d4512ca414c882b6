"""What runs inside the sandbox: standard library, IPython's kernel and torch, nothing of the instructor's."""
