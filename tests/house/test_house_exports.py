"""The package's public face."""

import interlock

NAMES_MAX = 20


def test_the_face_is_small_and_alphabetical() -> None:
    names = getattr(interlock, "__all__", None)
    assert names is not None, "src/interlock/__init__.py must say __all__"
    assert len(names) <= NAMES_MAX, f"{len(names)} names, must be at most {NAMES_MAX}"
    assert list(names) == sorted(names, key=str.lower), "the names must be in alphabetical order"
    assert len(set(names)) == len(names)


def test_every_name_of_the_face_exists() -> None:
    missing = [name for name in getattr(interlock, "__all__", ()) if not hasattr(interlock, name)]
    assert not missing, missing


def test_nothing_public_is_on_the_face_unsaid() -> None:
    said = set(getattr(interlock, "__all__", ()))
    found = [
        name
        for name, value in vars(interlock).items()
        if not name.startswith("_")
        and name not in said
        and getattr(value, "__module__", "").startswith("interlock")
    ]
    assert not found, found
