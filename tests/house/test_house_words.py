"""What the checkout must not say, and what must agree between its files."""

import re
import subprocess
import tomllib

from house.checkout import ROOT, is_ours, listed, place, text_of

TEXTS = {".py", ".md", ".toml", ".txt", ".json", ".yaml", ".yml", ".cfg", ".sh", ""}

# Written in pieces, so that this file does not say them.
FORBIDDEN = {
    "a path of one machine": re.compile(
        r"(?<![\w.<>{}-])/(?:" + "wo" + "rk|ho" + "me|ro" + "ot|fa" + r"rm|Users)/[\w.]"
    ),
    "a temporary path of one machine": re.compile(r"(?<![\w.])/t" + r"mp/[\w.]"),
    "a package registry": re.compile(
        r"py" + r"pi\.org|python" + r"hosted\.org|registry\.npm" + r"js|deb\.deb" + r"ian\.org"
        r"|index-" + r"url|find-" + "links"
    ),
    "how it was written": re.compile(
        r"\bsub" + r"agent|language " + r"model|\bprom" + r"pt engineer|\bChat" + r"GPT\b", re.I
    ),
}


def our_files() -> list[str]:
    """The files that git knows or would add."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return done.stdout.split("\n")[:-1]
    return [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if is_ours(path)]


def test_the_checkout_speaks_of_the_product_alone() -> None:
    found = []
    for name in our_files():
        path = ROOT / name
        if path.suffix not in TEXTS or not path.is_file() or name == "LICENSE":
            continue
        for number, line in enumerate(text_of(path).splitlines(), start=1):
            for what, pattern in FORBIDDEN.items():
                if pattern.search(line):
                    found.append(f"{place(path, number)} names {what}: {line.strip()[:60]}")
    assert not found, listed(found)


def test_the_rule_of_words_sees_each_kind() -> None:
    said = {
        "a path of one machine": "see /ho" + "me/ann/notes",
        "a temporary path of one machine": "see /t" + "mp/notes",
        "a package registry": "https://py" + "pi.org/simple",
        "how it was written": "written by a sub" + "agent",
    }
    assert all(FORBIDDEN[what].search(text) for what, text in said.items())
    assert set(said) == set(FORBIDDEN)


def test_no_recording_and_no_build_is_kept_in_the_checkout() -> None:
    bytes_max = 400_000
    found = []
    for name in our_files():
        path = ROOT / name
        if path.suffix in {".so", ".gz", ".zip", ".parquet", ".whl", ".pyc"}:
            found.append(name)
        elif path.is_file() and path.stat().st_size > bytes_max:
            found.append(f"{name} has {path.stat().st_size} bytes, must be at most {bytes_max}")
    assert not found, listed(found)


def pins() -> dict[str, str]:
    """Every pinned package with its version."""
    found = {}
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        for line in text_of(path).splitlines():
            if line and not line.startswith("#"):
                name, equals, version = line.partition("==")
                assert equals, f"{place(path)} says {line!r}, must be name==version"
                assert re.fullmatch(r"[0-9][0-9a-z.]*", version), f"{place(path)} says {line!r}"
                assert name not in found, f"{name} is pinned twice"
                found[name] = version
    return found


def test_what_pyproject_needs_is_pinned() -> None:
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))
    wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    pinned = pins()
    for requirement in wanted:
        name, relation, rest = re.split(r"(==|>=)", requirement, maxsplit=1)
        version = rest.partition(",")[0]
        assert name in pinned, f"{name} is not in requirements/"
        if relation == "==":
            assert pinned[name] == version, f"{requirement}, pinned {pinned[name]}"
        else:
            assert _numbers(pinned[name]) >= _numbers(version), f"{requirement}: {pinned[name]}"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def test_the_changelog_has_a_place_for_what_is_next() -> None:
    assert "\n## [Unreleased]\n" in text_of(ROOT / "CHANGELOG.md")


def test_the_licence_is_whole() -> None:
    text = text_of(ROOT / "LICENSE")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
