"""Draw the icons of the installed page, web/icons, from web/ui/logo.svg: `python tools/icons.py`."""

import re
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import launch

ROOT = Path(__file__).parents[1]
ICONS = ROOT / "web/icons"
GROUND = "#0d6b5c"


def main() -> None:
    """Draw each at its size: as it is, on a ground to the edge for systems that cut a shape, and in one colour."""
    logo = (ROOT / "web/ui/logo.svg").read_text()
    [line] = re.findall(r"<path[^>]*>", logo)
    ICONS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        for size in (192, 512):
            draw(page, f"icon-{size}.png", size, logo)
        draw(page, "maskable-512.png", 512, on_ground(line, 0.66))
        draw(page, "apple-touch-icon.png", 180, on_ground(line, 0.8))
        draw(page, "badge-96.png", 96, f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="3 6 26 20">{line}</svg>')
        browser.close()


def on_ground(line: str, part: float) -> str:
    """Leave room around the line: systems show a circle of it, of four fifths of the size."""
    edge = 32 / part
    at = (32 - edge) / 2
    ground = f'<rect x="{at}" y="{at}" width="{edge}" height="{edge}" fill="{GROUND}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{at} {at} {edge} {edge}">{ground}{line}</svg>'


def draw(page: Page, name: str, size: int, svg: str) -> None:
    page.set_viewport_size({"width": size, "height": size})
    style = f"body {{ margin: 0 }} svg {{ display: block; width: {size}px; height: {size}px }}"
    page.set_content(f"<style>{style}</style>{svg}")
    page.screenshot(path=ICONS / name, omit_background=True)


if __name__ == "__main__":
    main()
