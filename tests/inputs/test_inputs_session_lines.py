"""Lines of fields in TOML."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from interlock.inputs.session_lines import lines_of
from interlock.inputs.session_remarks import Place, place_text

HARD = '''\
# a comment with [brackets] = and "quotes"
top = 1  # trailing [x]

[a."quoted.key [x]".'lit#eral']
one = "a string with ] and # and \\" inside"
two = \'single ] # [\'
three.four = 4
three . "five" = 5
[a.b] # comment
many = [ 1, "two ]", # not the end ]
  [ "nested", { x = 1, y = [ 2 ] } ],
  # a comment between
  3,
]
inline = { p = 1, q.r = "}", s = [ { t = 1 } ] }
long = """first
[not.a.table]
key = 'not a key' \\" ""\\" still "" here"""
after = 1
literal = \'\'\'
[[no]]
# no comment'\'\'\'
date = 1979-05-27 07:32:00Z
last = 0x_ # odd
[[t]]
k = 1
[[t]]
k = 2
[t.sub]
deep = 1
[[t.list]]
z = 1
[[t.list]]
z = 2
"esc\\u0041\\"" = 9
'''.replace("last = 0x_ # odd\n", "last = 0xff # odd\n")

EXPECTED = {
    "$.top": 2,
    "$.a": 4,
    "$.a.'quoted.key [x]'": 4,
    "$.a.'quoted.key [x]'.'lit#eral'.one": 5,
    "$.a.'quoted.key [x]'.'lit#eral'.two": 6,
    "$.a.'quoted.key [x]'.'lit#eral'.three": 7,
    "$.a.'quoted.key [x]'.'lit#eral'.three.four": 7,
    "$.a.'quoted.key [x]'.'lit#eral'.three.five": 8,
    "$.a.b": 9,
    "$.a.b.many": 10,
    "$.a.b.many[1]": 10,
    "$.a.b.many[2]": 11,
    "$.a.b.many[2][1].y[0]": 11,
    "$.a.b.many[3]": 13,
    "$.a.b.inline.q.r": 15,
    "$.a.b.inline.s[0].t": 15,
    "$.a.b.long": 16,
    "$.a.b.after": 19,
    "$.a.b.literal": 20,
    "$.a.b.date": 23,
    "$.a.b.last": 24,
    "$.t": 25,
    "$.t[0].k": 26,
    "$.t[1]": 27,
    "$.t[1].k": 28,
    "$.t[1].sub": 29,
    "$.t[1].sub.deep": 30,
    "$.t[1].list[0].z": 32,
    "$.t[1].list[1].z": 34,
    "$.t[1].list[1].'escA\"'": 35,
}


def places_in(value: object, place: Place = ()) -> list[Place]:
    found = [place]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places_in(inner, (*place, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += places_in(inner, (*place, index))
    return found


def test_every_field_of_a_hard_text_has_its_line() -> None:
    lines = {place_text(place): line for place, line in lines_of(HARD).items()}
    assert {path: lines.get(path) for path in EXPECTED} == EXPECTED


def test_the_scanner_finds_the_places_that_tomllib_finds() -> None:
    assert set(lines_of(HARD)) == set(places_in(tomllib.loads(HARD)))


def test_lines_end_with_carriage_return_and_line_feed_too() -> None:
    assert lines_of(HARD.replace("\n", "\r\n")) == lines_of(HARD)


KEYS = st.sampled_from(["a", "b-c", "1", '"a b"', "'x.y'", '"=]"', "''", "d.e", '"#".f'])
SCALARS = st.sampled_from(
    ["1", "-2.5e3", "true", '"#]"', "'}'", '"""\n]"x""""', "'''\n'[''''", "1979-05-27", "07:32:00"]
)
BREAKS = st.sampled_from(["", " ", "\n", " # ]}\n"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(st.tuples(BREAKS, inner, BREAKS).map("".join), max_size=3).map(
            lambda entries: f"[{','.join(entries)}\n]"
        ),
        st.lists(st.tuples(KEYS, inner), max_size=3).map(
            lambda pairs: "{" + ", ".join(f"{key} = {value}" for key, value in pairs) + "}"
        ),
    ),
    max_leaves=6,
)
STATEMENTS = st.one_of(
    st.tuples(KEYS, VALUES).map(lambda pair: f"{pair[0]} = {pair[1]}"),
    KEYS.map(lambda key: f"[{key}]"),
    KEYS.map(lambda key: f"[[ {key} ]] # x"),
)


@given(st.lists(STATEMENTS, max_size=6))
def test_the_scanner_follows_tomllib_through_any_text(statements: list[str]) -> None:
    text = "\n".join(statements)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = lines_of(text)
    assert set(lines) == set(places_in(values))
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())
