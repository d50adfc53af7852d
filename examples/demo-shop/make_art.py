"""Compose the shop's pictures from the drawings in ``art/`` into ``assets/art/``.

Run it after a drawing changed; the results are committed. One red thread runs through every picture at
the same height, so that neighbouring panels read as one line: the shop's mark.
"""

import re
from pathlib import Path

HERE = Path(__file__).parent
THREAD = "#e2502f"
THREAD_Y = 668


def part(name: str) -> str:
    """The shapes of one drawing, without its frame."""
    return re.sub(r"</?svg[^>]*>", "", (HERE / "art" / f"{name}.svg").read_text("utf-8")).strip()


def place(name: str, x: float, y: float, scale: float = 1.0, turn: float = 0.0) -> str:
    """A drawing with its 640 x 800 frame moved to (x, y), scaled, and turned about its own middle."""
    return (
        f'<g transform="translate({x} {y}) scale({scale}) rotate({turn} 320 400)">{part(name)}</g>'
    )


def shadow(x: float, y: float, width: float, colour: str = "#000") -> str:
    return (
        f'<ellipse cx="{x}" cy="{y}" rx="{width / 2}" ry="{width / 26}" '
        f'fill="{colour}" opacity=".14"/>'
    )


def thread(path: str, width: float = 5) -> str:
    return (
        f'<path fill="none" stroke="{THREAD}" stroke-width="{width}" '
        f'stroke-linecap="round" stroke-linejoin="round" d="{path}"/>'
    )


def hanger(x: float, y: float, scale: float = 1.0) -> str:
    """A clothes hanger whose hook is at (x, y)."""
    return (
        f'<g transform="translate({x} {y}) scale({scale})" fill="none" stroke="#8a6a3f" '
        'stroke-width="9" stroke-linecap="round" stroke-linejoin="round">'
        '<path d="M-12-8c0-20 26-20 26-2 0 14-14 14-14 30v14M0 34-96 82M0 34l96 48"/></g>'
    )


def leaf(x: float, y: float, scale: float, turn: float, colour: str) -> str:
    """A leaf of the lime tree, the shop's namesake."""
    return (
        f'<g transform="translate({x} {y}) rotate({turn}) scale({scale})">'
        f'<path fill="{colour}" d="M0 64C-46 40-62 2-44-26-30-46-8-40 0-22 8-40 30-46 44-26 62 2 46 40 0 64z"/>'
        '<path fill="none" stroke="#16372c" stroke-opacity=".35" stroke-width="3" stroke-linecap="round" '
        'd="M0-48v104M0 2l26-18M0 2l-26-18M0 28l22-14M0 28l-22-14"/></g>'
    )


def picture(name: str, width: int, height: int, *layers: str) -> None:
    """Write one picture."""
    body = "\n".join(layers)
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">\n{body}\n</svg>\n'
    )
    (HERE / "assets" / "art" / f"{name}.svg").write_text(text, "utf-8")


def ground(width: int, height: int, colour: str) -> str:
    return f'<path fill="{colour}" d="M0 0h{width}v{height}H0z"/>'


SHOES = {
    "kiesel": ("#c4d6e0", "M0 668c90 0 96-70 170-70 62 0 60 66 10 66-54 0-40-104 60-104 150 0 150 108 400 108"),
    "hafen": ("#e7d8b9", "M0 668c120 0 150-60 260-60 84 0 84 64 26 64-66 0-50-88 60-88 120 0 120 84 294 84"),
    "allee": ("#ecc9bd", "M0 668c180 0 210-70 300-70 70 0 74 60 24 60-58 0-50-76 50-76 110 0 100 86 266 86"),
    "regenfang": ("#d5dfae", "M0 668c100 0 130-50 210-50 76 0 74 62 20 62-62 0-54-88 40-88 130 0 150 76 370 76"),
}  # fmt: skip
GARMENTS = {
    "nebel": ("#cfc8df", "M0 668c130 0 150-40 230-40 70 0 70 62 24 62-54 0-50-80 40-80 120 0 140 58 346 58"),
    "sonntag": ("#c6d4c4", "M0 668c90 0 130-30 210-30 110 0 100 60 190 60 84 0 96-30 240-30"),
    "speicher": ("#e9c4a6", "M0 668c110 0 60-50 120-50 60 0 60 60 14 60-50 0-30-40 66-40 200 0 160 30 440 30"),
    "langstrecke": ("#cbdada", "M0 668c70 0 90-40 150-40 70 0 70 62 24 62-50 0-50-84 46-84 150 0 160 62 420 62"),
}  # fmt: skip


def products() -> None:
    """One upright panel for each product."""
    for name, (colour, path) in SHOES.items():
        layers = [ground(640, 800, colour), shadow(330, 616, 470)]
        picture(name, 640, 800, *layers, place(name, 0, 52), thread(path))
    for name, (colour, path) in GARMENTS.items():
        hook = "" if name == "langstrecke" else hanger(320, 118, 0.9)
        layers = [ground(640, 800, colour), hook, place(name, 32, 44, 0.9)]
        picture(name, 640, 800, *layers, thread(path))


def hero_default() -> None:
    """A rail made of the thread, and what the season brings."""
    rail = thread("M-10 190C60 190 70 130 130 130c56 0 56 56 16 56-44 0-40-60 34-60h830", 7)
    picture(
        "hero", 1000, 900,
        ground(1000, 900, "#d5dfae"),
        '<circle cx="700" cy="430" r="330" fill="#e6edc4"/>',
        '<path fill="#c3cf94" d="M0 770h1000v130H0z"/>',
        shadow(290, 800, 300), shadow(740, 806, 420),
        hanger(300, 132, 0.8), place("speicher", 44, 74, 0.8),
        hanger(620, 132, 0.7), place("nebel", 396, 80, 0.7),
        hanger(840, 132, 0.66), place("sonntag", 630, 84, 0.66),
        place("hafen", 560, 478, 0.58), place("kiesel", 140, 560, 0.46),
        rail,
    )  # fmt: skip


def hero_autumn() -> None:
    """Lime leaves falling around coat and scarf."""
    leaves = [
        leaf(120, 140, 1.1, -24, "#e0a33a"), leaf(330, 90, 0.7, 40, "#d9772f"),
        leaf(860, 150, 1.2, 18, "#dfe06a"), leaf(930, 420, 0.8, -50, "#e0a33a"),
        leaf(90, 470, 0.8, 70, "#d9772f"), leaf(180, 800, 1.0, 120, "#e0a33a"),
        leaf(880, 780, 1.0, -110, "#d9772f"), leaf(520, 820, 0.7, 160, "#dfe06a"),
    ]  # fmt: skip
    picture(
        "hero-autumn", 1000, 900,
        ground(1000, 900, "#5e2519"),
        '<circle cx="500" cy="460" r="350" fill="#7d3424"/>', *leaves[:5],
        hanger(400, 120, 0.95), place("speicher", 96, 52, 0.95),
        place("langstrecke", 420, 120, 0.86, 4), *leaves[5:],
        thread("M-10 640c140 0 150 90 260 60 90-26 60-110 0-90-70 24-30 170 150 170 260 0 240-150 610-150", 7),
    )  # fmt: skip


def hero_shoes() -> None:
    """Four shoes on plinths."""
    picture(
        "hero-shoes", 1000, 900,
        ground(1000, 900, "#c4d6e0"),
        '<path fill="#dbe7ed" d="M0 0h1000v330c-220 60-380-40-560 0S140 420 0 360z"/>',
        '<path fill="#ecc9bd" d="M70 470h400v430H70z"/><path fill="#e0b6a8" d="M70 470h400v26H70z"/>',
        '<path fill="#e7d8b9" d="M520 400h410v500H520z"/><path fill="#d8c69f" d="M520 400h410v26H520z"/>',
        '<path fill="#16372c" d="M280 720h430v180H280z"/><path fill="#235241" d="M280 720h430v26H280z"/>',
        place("hafen", 86, 102, 0.66), place("regenfang", 542, 28, 0.66),
        place("kiesel", 296, 364, 0.64), place("allee", 560, 400, 0.001),
        thread("M-10 300c120 0 130-120 230-120 80 0 80 90 20 90-70 0-50-140 110-140 230 0 170 170 330 170 160 0 150-60 330-60", 7),
    )  # fmt: skip


def hero_gold() -> None:
    """The gold card on a thread."""
    picture(
        "hero-gold", 1000, 900,
        ground(1000, 900, "#16372c"),
        '<circle cx="500" cy="450" r="350" fill="#1f4a3b"/>',
        place("card", 150, 60, 1.0, -8).replace("#d9b25a", "#b98f3d"),
        place("card", 190, 50, 1.0, 5),
        thread("M-10 700c200 0 170-180 340-200 150-16 170 120 70 130-100 8-80-210 130-330 40-24 86-6 110 30 60 90 130 110 370 90", 7),
    )  # fmt: skip


def hero_service() -> None:
    """Needle and spool: we mend it."""
    picture(
        "hero-service", 1000, 900,
        ground(1000, 900, "#cfc8df"),
        '<circle cx="460" cy="450" r="330" fill="#dfdaea"/>',
        shadow(380, 760, 420), place("spool", 60, 150, 1.0), place("needle", 430, 60, 1.0, 24),
        thread("M470 560c90 60 120 170 240 120 130-56-10-190-50-100-50 120 120 190 210 60 70-100 60-260-10-350-10-14-24-30-34-38", 7),
    )  # fmt: skip


def awning(x: float, y: float, stripes: int, width: float) -> str:
    """Stripes with round ends, in the colour of the thread and of paper."""
    cloth = (
        f'<path fill="{THREAD if each % 2 else "#fdf3e4"}" d="M{x + each * width} {y}h{width}v96'
        f'a{width / 2} {width / 2} 0 0 1-{width} 0z"/>'
        for each in range(stripes)
    )
    return "".join(cloth)


def hero_corner() -> None:
    """One of the four shops, round the corner: what is in its window hangs on the thread."""
    picture(
        "hero-corner", 1000, 900,
        ground(1000, 900, "#ecc9bd"),
        '<circle cx="560" cy="380" r="350" fill="#f3dcd2"/><path fill="#d9ab9b" d="M0 800h1000v100H0z"/>',
        '<path fill="#16372c" d="M190 150h700v650H190z"/><path fill="#0f2a21" d="M170 790h740v22H170z"/>',
        '<path fill="#dbe7ed" d="M236 330h396v400H236z"/><path fill="#b9cdd8" d="M236 690h396v40H236z"/>',
        '<path fill="#235241" d="M690 330h156v460H690z"/><path fill="#dbe7ed" d="M716 358h104v250H716z"/>',
        '<path fill="none" stroke="#fff" stroke-opacity=".7" stroke-width="7" stroke-linecap="round" d="M738 470l52-66M738 520l24-30"/>',
        '<circle cx="708" cy="660" r="9" fill="#e6c67a"/>',
        hanger(344, 392, 0.46), place("speicher", 197, 359, 0.46),
        hanger(510, 392, 0.4), place("nebel", 382, 363, 0.4),
        place("hafen", 420, 534, 0.29), place("kiesel", 246, 560, 0.24),
        awning(190, 232, 7, 100),
        thread("M-10 190c180 0 250 14 330-10 70-20 60-70 20-70-44 0-40 82 60 82 70 0 90-34 130-60 50-30 70 6 40 30-40 30-60-40 20-40 60 0 70 66 150 66 110 0 130-8 270-8", 7),
    )  # fmt: skip


def stories() -> None:
    """Wide pictures of the recommendation slot and of the home page."""
    wide = (800, 560)
    picture(
        "care-shoes", *wide, ground(*wide, "#ecc9bd"), shadow(300, 452, 330), shadow(590, 462, 280),
        place("tin", 30, -40, 0.86), place("brush", 370, 130, 0.66),
        thread("M-10 500c120 0 150-40 250-40 80 0 76 56 30 56-54 0-40-70 60-70 160 0 200 54 480 54"),
    )  # fmt: skip
    picture(
        "care-knit", *wide, ground(*wide, "#c6d4c4"), shadow(300, 490, 300), place("yarn", 0, -66, 0.95),
        place("nebel", 420, 60, 0.56), thread("M-10 500c120 0 150-30 250-30 300 0 200 30 570 30"),
    )  # fmt: skip
    picture(
        "workshop", *wide, ground(*wide, "#e7d8b9"), shadow(280, 470, 260),
        place("spool", 40, 20, 0.76), place("needle", 380, 10, 0.72, 60),
        thread("M344 340c60 40 60 140 130 140 90 0 70-120 10-100-70 24-20 120 120 100 80-12 190-30 206-50"),
    )  # fmt: skip
    picture(
        "card", *wide, ground(*wide, "#16372c"), '<circle cx="400" cy="280" r="230" fill="#1f4a3b"/>',
        place("card", 110, -80, 0.9, -6),
        thread("M-10 430c160 0 150-80 250-90 90-8 90 70 30 70-70 0-40-130 90-190 150-66 180 120 450 90"),
    )  # fmt: skip


def lookbook() -> None:
    """Three looks for the single-page lookbook."""
    picture(
        "look-morning", 900, 1000, ground(900, 1000, "#c4d6e0"),
        '<circle cx="250" cy="280" r="180" fill="#f0e3a8"/><path fill="#aac2cf" d="M0 840h900v160H0z"/>',
        hanger(500, 120, 0.95), place("nebel", 196, 52, 0.95), shadow(300, 894, 300), place("kiesel", 120, 610, 0.54),
        thread("M-10 668c130 0 150-90 250-90 80 0 80 70 20 70-66 0-50-100 70-100 300 0 240 120 580 120", 7),
    )  # fmt: skip
    picture(
        "look-rain", 900, 1000, ground(900, 1000, "#4d6a76"),
        '<path stroke="#7d98a3" stroke-width="5" stroke-linecap="round" d="M120 90l-24 80M280 60l-24 80M470 110l-24 80M700 70l-24 80M820 180l-24 80M70 330l-24 80M800 430l-24 80M860 640l-24 80M90 600l-24 80M620 30l-24 80"/>'
        '<path fill="#3f5963" d="M0 840h900v160H0z"/>',
        hanger(380, 120, 0.95), place("speicher", 76, 52, 0.95), shadow(660, 900, 300), place("regenfang", 466, 512, 0.68),
        thread("M-10 668c90 0 60-90 150-90 80 0 80 80 20 80-70 0-40-60 120-60 300 0 260 70 630 70", 7),
    )  # fmt: skip
    picture(
        "look-evening", 900, 1000, ground(900, 1000, "#2a2140"),
        '<circle cx="650" cy="250" r="150" fill="#f0d9a8"/><circle cx="600" cy="225" r="140" fill="#2a2140"/>'
        '<path fill="#201934" d="M0 840h900v160H0z"/>',
        hanger(360, 150, 0.95), place("sonntag", 56, 82, 0.95), place("langstrecke", 470, 170, 0.74, 3),
        shadow(480, 900, 300), place("allee", 310, 574, 0.58),
        thread("M-10 668c130 0 150-60 250-60 80 0 80 70 20 70-66 0-50-100 70-100 300 0 240 90 580 90", 7),
    )  # fmt: skip


if __name__ == "__main__":
    for scene in (
        products,
        hero_default,
        hero_autumn,
        hero_shoes,
        hero_gold,
        hero_service,
        hero_corner,
        stories,
        lookbook,
    ):
        scene()
