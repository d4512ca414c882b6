"""Clear errors for arguments that do not fit: which one, what was expected, what came."""

from torch import Tensor, is_tensor


def check_shapes(function: str, **arguments: tuple[Tensor, str]) -> None:
    """Check that tensors agree with the shapes written in the course's letters.

        check_shapes("rnn_step", x=(x, "B D"), h=(h, "B H"), W_xh=(W_xh, "D H"))

    The first tensor that has a letter sets its size, the others must agree; a number stands for itself. All tensors
    must be floating point of one dtype, except those whose shape ends in "int".

    Raises:
        TypeError: not a tensor, or the wrong dtype.
        ValueError: the wrong number of dimensions, or a size that disagrees with an earlier tensor.
    """
    sizes: dict[str, tuple[int, str]] = {}  # letter -> (size, name of the tensor that set it)
    dtype = first = None  # the common floating-point type, and the first tensor that has it
    for name, (tensor, shape) in arguments.items():
        if not is_tensor(tensor):
            raise TypeError(f"{function}: {name} should be a tensor, got {type(tensor).__name__}")
        letters = shape.split()
        if letters[-1] == "int":
            letters.pop()
            if tensor.is_floating_point():
                raise TypeError(f"{function}: {name} should hold integers, got {tensor.dtype}")
        elif tensor.dtype is not dtype:
            if not tensor.is_floating_point():
                raise TypeError(f"{function}: {name} should be floating point, got {tensor.dtype}")
            if dtype is not None:
                raise TypeError(f"{function}: {name} is {tensor.dtype}, but {first} is {dtype}; convert one of them")
            dtype, first = tensor.dtype, name
        _check_sizes(function, name, tuple(tensor.shape), letters, sizes)


def _check_sizes(function: str, name: str, shape: tuple[int, ...], letters: list[str], sizes: dict) -> None:
    numbers = [(int(letter), size) for letter, size in zip(letters, shape, strict=False) if letter.isdigit()]
    if len(shape) != len(letters) or any(expected != size for expected, size in numbers):
        raise ValueError(f"{function}: {name} should have the shape ({', '.join(letters)}), got {shape}")
    for letter, size in zip(letters, shape, strict=True):
        expected, source = sizes.setdefault(letter, (size, name))
        if size != expected:
            raise ValueError(
                f"{function}: {name} should have the shape ({', '.join(letters)}) with {letter} = {expected} as in "
                f"{source}, got {shape}"
            )
