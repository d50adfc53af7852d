"""Whose a site's name is while folders are renamed, copied, swapped and removed."""

import asyncio
import io
import shutil
import time
from pathlib import Path

import pytest

from edge.live import LiveSites
from edges import RULES, SITE, write_site
from rules.findings import BadSite
from test_live import load


def test_a_renamed_site_leaves_its_old_name(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "sites" / "one")
    sites = load(folder.parent)
    write_site(folder, site=SITE.replace("site: shop", "site: store"))
    asyncio.run(sites.reload(folder))
    assert (sites.get("shop"), sites.get("store") is not None) == (None, True)


def test_two_sites_of_one_name(tmp_path: Path) -> None:
    write_site(tmp_path / "one")
    write_site(tmp_path / "two")
    with pytest.raises(BadSite, match="is called 'shop' already"):
        load(tmp_path)


def look(sites: LiveSites, seconds: float = 0) -> None:
    """Look at the folders as the watch does: once, and again when a time has passed."""
    asyncio.run(sites._look())
    if seconds:
        time.sleep(seconds)
        asyncio.run(sites._look())


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> float:
    """How long a folder is missing before it gives its name up, for once; some time more."""
    monkeypatch.setattr("edge.live.GONE_SECONDS", 0.05)
    return 0.1


def test_a_folder_that_was_renamed_is_read_on(tmp_path: Path, soon: float) -> None:
    folder, written = write_site(tmp_path / "one"), io.StringIO()
    sites = load(tmp_path, written)
    folder = folder.rename(tmp_path / "two")
    look(sites, soon)
    assert "already" not in written.getvalue() and not sites.broken
    before = sites.get("shop")
    write_site(folder, rules=RULES.replace("text: Herbst", "text: Winter"))
    look(sites)
    assert sites.get("shop") is not before and not sites.broken


def test_a_copy_has_the_name_once_the_other_is_gone(tmp_path: Path, soon: float) -> None:
    first = write_site(tmp_path / "one")
    sites = load(tmp_path)
    copied = RULES.replace("text: Herbst", "text: Winter")
    write_site(tmp_path / "two", rules=copied)
    look(sites, soon)
    before = sites.get("shop")
    assert "one is called 'shop' already" in str(sites.broken["two"])
    shutil.rmtree(first)
    look(sites, soon)
    assert sites.get("shop") is not before and not sites.broken


def test_a_copy_has_the_name_once_the_other_has_another(tmp_path: Path) -> None:
    first = write_site(tmp_path / "one")
    sites = load(tmp_path)
    write_site(tmp_path / "two")
    look(sites)
    write_site(first, site=SITE.replace("site: shop", "site: store"))
    look(sites)
    look(sites)
    assert {*sites.all} == {"shop", "store"} and not sites.broken


def test_folders_that_are_swapped_keep_the_name_where_it_was(tmp_path: Path) -> None:
    first = write_site(tmp_path / "one")
    new = write_site(tmp_path / ".new", rules=RULES.replace("text: Herbst", "text: Winter"))
    sites = load(tmp_path)
    before = sites.get("shop")
    first.rename(tmp_path / "old")
    look(sites)
    assert sites.get("shop") is before
    new.rename(first)
    look(sites)
    assert sites.get("shop") is not before
    assert "one is called 'shop' already" in str(sites.broken["old"])
