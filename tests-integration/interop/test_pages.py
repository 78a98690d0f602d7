"""Pages of the server as Chromium sees them: the index of a folder, errors, the demo."""

import html.parser
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")

NAMES = [
    "<img src=x onerror=document.title=1>.txt",
    '"><script>document.title=2<',
    "a & b.html",
    "javascript:document.title=3",
    "per%cent",
    "Ümlaut.txt",
    "with blank",
]


@pytest.fixture(scope="module")
def chromium() -> str:
    """The path of Chromium."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("Chromium is not installed")
    return found


class Page(html.parser.HTMLParser):
    """What a page consists of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data + "\n"


def dom(chromium: str, url: str, folder: Path, *flags: str) -> Page:
    """Return the page after its scripts have run."""
    done = subprocess.run(
        [
            "timeout", "--signal=KILL", "55", chromium, "--headless", "--no-sandbox",
            "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            f"--user-data-dir={folder}", *flags, "--dump-dom", url,
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Page(done.stdout)


@pytest.mark.spec("STAT-04", "ADD-552")
def test_the_index_is_clean_and_its_links_lead_to_the_files(
    chromium: str, serve_program: Any, tmp_path: Path
) -> None:
    served = tmp_path / "served"
    served.mkdir()
    for name in NAMES:
        (served / name).write_text(name)
    (served / "below").mkdir()
    (served / "below" / "inner").write_text("inner")
    with serve_program(Path(__file__).parent / "static_server.py", served) as url:
        page = dom(chromium, f"{url}/", tmp_path / "profile")
        assert not page.tags & {"img", "script", "link"}
        assert "Index of /." in page.text
        for name in NAMES:
            assert name in page.text
        fetched = set()
        for link in page.links:
            assert link.startswith("/")
            with urllib.request.urlopen(url + link, timeout=20) as answer:
                fetched.add(answer.read().decode())
                assert answer.url.startswith(url)
        assert fetched > set(NAMES)
        # The page of the folder below is among them.
        assert any("inner" in text for text in fetched)


def test_the_page_of_a_mistake_tells_nothing(
    chromium: str, static_server: str, tmp_path: Path
) -> None:
    page = dom(chromium, f"{static_server}/fail", tmp_path)
    assert "500 Internal Server Error" in page.text
    assert "business" not in page.text
    assert "script" not in page.tags
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{static_server}/fail", timeout=20)
    with caught.value as error:
        assert error.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_the_chat_of_the_demo(chromium: str, demo: str, tmp_path: Path) -> None:
    url = f"{demo}/chat?name=Ada&say=hello"
    page = dom(chromium, url, tmp_path, "--virtual-time-budget=5000")
    assert "you are Ada" in page.text
    assert "Ada: hello" in page.text
