"""A plot as SVG: lines over two logarithmic axes."""

from math import ceil, floor, log10

WIDTH, HEIGHT, EDGE = 640, 400, 60
COLOURS = ("#1b6ca8", "#c0392b", "#2e7d32")


def plot(title: str, lines: dict[str, list[tuple[float, float]]]) -> str:
    """This is one figure; every value must be above zero."""
    points = [point for line in lines.values() for point in line]
    left, right = _decades([x for x, _ in points])
    low, high = _decades([y for _, y in points])

    def place(x: float, y: float) -> tuple[float, float]:
        along = (log10(x) - left) / max(right - left, 1)
        up = (log10(y) - low) / max(high - low, 1)
        return EDGE + along * (WIDTH - 2 * EDGE), HEIGHT - EDGE - up * (HEIGHT - 2 * EDGE)

    made = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{EDGE}" y="24" font-size="14">{title}</text>',
    ]
    for power in range(left, right + 1):
        x, bottom = place(10**power, 10**low)
        top = place(10**power, 10**high)[1]
        made.append(f'<path d="M{x:.1f} {bottom:.1f}V{top:.1f}" stroke="#dddddd"/>')
        text = f"{10**power:,}"
        made.append(f'<text x="{x:.1f}" y="{bottom + 18:.1f}" text-anchor="middle">{text}</text>')
    for power in range(low, high + 1):
        start, y = place(10**left, 10**power)
        end = place(10**right, 10**power)[0]
        made.append(f'<path d="M{start:.1f} {y:.1f}H{end:.1f}" stroke="#dddddd"/>')
        text = f"{10.0**power:g}"
        made.append(f'<text x="{start - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{text}</text>')
    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        placed = [place(x, y) for x, y in line]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in placed)
        made.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        made += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in placed]
        height = 44 + 16 * number
        made.append(f'<text x="{EDGE + 8}" y="{height}" fill="{colour}">{name}</text>')
    return "\n".join([*made, "</svg>", ""])


def _decades(values: list[float]) -> tuple[int, int]:
    return floor(log10(min(values))), ceil(log10(max(values)))
