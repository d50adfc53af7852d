"""Live reload: a good edit is served at once, a broken one changes nothing and is explained."""

import asyncio
import io
import os
from pathlib import Path
from typing import Any

import pytest

from edge import site_files
from edge.last_good import LastGood
from edge.live import LiveSites
from edge.log import Log
from edge.site_files import Snapshot
from edges import GOLD, RULES, SITE, START, Running, run, write_site
from rules.findings import BadSite


async def until(edge: Running, text: str | None) -> None:
    """Wait until the strip shows a text."""
    for _ in range(100):
        decided = await edge.browser().decide("https://shop.example/?utm_campaign=herbst")
        if decided["strip"].get("text") == text:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"the strip never showed {text}")


def test_an_edit_is_live_and_a_broken_one_changes_nothing(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        rules = edge.folder / "rules" / "main.yaml"
        await until(edge, "Herbst")
        rules.write_text(RULES.replace("text: Herbst", "text: Winter"), encoding="utf-8")
        await until(edge, "Winter")
        rules.write_text(RULES.replace("show:", "shwo:"), encoding="utf-8")
        for _ in range(100):
            if edge.services.sites.broken:
                break
            await asyncio.sleep(0.05)
        said = str(edge.services.sites.broken["shop"])
        assert "rules/main.yaml:4:" in said and "Did you mean 'show'?" in said
        await until(edge, "Winter")
        ready = (await edge.browser().client.get("/readyz")).json()
        assert ready["sites"]["shop"]["edit_refused"] is True
        rules.write_text(RULES.replace("text: Herbst", "text: Advent"), encoding="utf-8")
        await until(edge, "Advent")
        assert not edge.services.sites.broken

    run(tmp_path, test)


def test_a_broken_block_changes_nothing(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        block = edge.folder / "blocks" / "gold.html"
        before = edge.services.sites.get("shop")
        block.write_text("<b>{{ attr['crm.name'] }</b>", encoding="utf-8")
        await edge.services.sites.reload(edge.folder)
        assert edge.services.sites.get("shop") is before
        assert "blocks/gold.html:1:" in str(edge.services.sites.broken["shop"])
        block.write_text(GOLD + "!", encoding="utf-8")
        await edge.services.sites.reload(edge.folder)
        assert edge.services.sites.get("shop") is not before

    run(tmp_path, test)


def test_a_missing_file_and_a_half_written_one_change_nothing(tmp_path: Path) -> None:
    async def test(edge: Running) -> None:
        before = edge.services.sites.get("shop")
        (edge.folder / "site.yaml").write_text("site: sh", encoding="utf-8")
        await edge.services.sites.reload(edge.folder)
        (edge.folder / "site.yaml").unlink()
        await edge.services.sites.reload(edge.folder)
        assert edge.services.sites.get("shop") is before

    run(tmp_path, test)


def load(root: Path, written: io.StringIO | None = None) -> LiveSites:
    """Load the sites below a folder; its log goes to ``written``."""
    log = Log(written or io.StringIO(), lambda: 0, readable=True)
    sites = LiveSites(root, log, LastGood(root / ".state", log), lambda: START)
    sites.load()
    return sites


def test_a_broken_site_does_not_start_and_says_all(tmp_path: Path) -> None:
    write_site(tmp_path / "one", rules=RULES.replace("slot: hero", "slot: herp"))
    write_site(tmp_path / "two", gold="<script>")
    with pytest.raises(BadSite) as bad:
        load(tmp_path)
    said = str(bad.value)
    assert "one/rules/main.yaml" in said and "two/blocks/gold.html" in said


def test_a_restart_after_a_broken_edit_serves_the_last_good_site(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "sites" / "one")
    good = load(folder.parent).get("shop")
    write_site(folder, rules="campaign: [")
    again = load(folder.parent)
    served = again.get("shop")
    assert good and served and served.site.version == good.site.version
    assert "rules/main.yaml:1:11:" in str(again.broken["shop"])


def test_the_author_of_an_edit_is_told_what_became_of_it(tmp_path: Path) -> None:
    folder, written = write_site(tmp_path / "one"), io.StringIO()
    sites = load(tmp_path, written)
    for rules in (RULES.replace("slot: hero, priority", "slot: herp, priority"), RULES, RULES):
        write_site(folder, rules=rules)
        asyncio.run(sites.reload(folder))
    finding, kept, reloaded = written.getvalue().splitlines()
    assert finding.startswith(f"{folder}/rules/main.yaml:4:") and ": error: " in finding
    assert kept.endswith(
        "ERROR shop: 1 finding; the last good version serves on  (site.edit_refused)"
    )
    assert " shop: the edit is live  version=" in reloaded and "(site.reloaded)" in reloaded


def test_a_warning_keeps_no_site_from_being_served(tmp_path: Path) -> None:
    written = io.StringIO()
    over = RULES.replace("rules:", "schedule: {until: 2020-01-01}\nrules:")
    folder = write_site(tmp_path / "one", rules=over)
    sites = load(tmp_path, written)
    write_site(folder, rules=over.replace("Herbst", "Winter"))
    for _ in range(2):
        asyncio.run(sites.reload(folder))
    assert sites.get("shop") is not None and not sites.broken
    first, again, reloaded = written.getvalue().splitlines()
    assert first == again and ": warning: " in first and first.startswith(f"{folder}/rules/main")
    assert "the edit is live" in reloaded


def test_no_site_at_all(tmp_path: Path) -> None:
    with pytest.raises(BadSite, match="there is no site here"):
        load(tmp_path)


def test_files_that_nobody_would_read_are_named(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "one")
    for name in ("blocks/offer.htm", "rules/autumn/more.yaml", "rules/.draft.htm", "blocks/a.png"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x", encoding="utf-8")
    with pytest.raises(BadSite) as bad:
        load(tmp_path)
    named = [Path(finding.path).name for finding in bad.value.findings]
    assert named == ["offer.htm", "more.yaml"]


def test_consent_findings_have_their_place(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "one")
    path = folder / "site.yaml"
    path.write_text(path.read_text().replace("personalization: {}", "personalisation: {}"))
    with pytest.raises(BadSite) as bad:
        load(tmp_path)
    assert "site.yaml:7:" in str(bad.value)


def test_a_folder_we_fail_to_read_keeps_no_other_from_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (
        write_site(tmp_path / "a"),
        write_site(tmp_path / "b", site=SITE.replace("site: shop", "site: store")),
    )
    sites, read = load(tmp_path), site_files.snapshot

    def broken(folder: Path, *known: Any) -> Snapshot:
        if folder == first:
            raise RuntimeError("a defect of ours")
        return read(folder, *known)

    monkeypatch.setattr("edge.site_files.snapshot", broken)
    for folder in (first, second):
        rules = folder / "rules" / "main.yaml"
        rules.write_text(RULES.replace("text: Herbst", "text: Winter"), encoding="utf-8")
    before = {name: live.site.version for name, live in sites.all.items()}
    asyncio.run(sites._look())
    after = {name: live.site.version for name, live in sites.all.items()}
    assert [name for name in after if after[name] != before[name]] == ["store"]
    assert str(sites.broken["shop"]).startswith("site.yaml:1:1: error: the site cannot be read (")


def test_a_start_with_a_folder_we_fail_to_read_serves_its_last_good_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Snapshot:
        raise PermissionError(13, "Permission denied")

    write_site(tmp_path / "sites" / "one")
    load(tmp_path / "sites")
    monkeypatch.setattr("edge.site_files.snapshot", broken)
    sites = load(tmp_path / "sites")
    assert sites.get("shop") is not None
    assert "the site cannot be read (Permission denied)" in str(sites.broken["shop"])


@pytest.mark.slow
def test_whatever_breaks_the_watch_the_next_edit_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("a defect of ours")

    async def test(edge: Running) -> None:
        rules = edge.folder / "rules" / "main.yaml"
        with monkeypatch.context() as patched:
            patched.setattr("edge.site_folder.attempt", broken)
            rules.write_text(RULES.replace("text: Herbst", "text: Winter"), encoding="utf-8")
            await asyncio.sleep(1.5)
        await until(edge, "Herbst")
        with monkeypatch.context() as patched:  # a folder that changes while it is looked at
            patched.setattr("edge.site_files.stamps", broken)
            await asyncio.sleep(3.5)
        rules.write_text(RULES.replace("text: Herbst", "text: Advent"), encoding="utf-8")
        await until(edge, "Advent")
        # A name that is no text ends the system's notices; looking goes on.
        odd = bytes(edge.folder / "rules") + b"/\xff.txt"
        Path(os.fsdecode(odd)).write_text("x", encoding="utf-8")
        await asyncio.sleep(1.5)
        rules.write_text(RULES.replace("text: Herbst", "text: Silvester"), encoding="utf-8")
        await until(edge, "Silvester")

    run(tmp_path, test)


@pytest.mark.slow
def test_where_the_system_sends_no_notices_the_next_edit_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise OSError(28, "inotify watch limit reached")

    async def test(edge: Running) -> None:
        await until(edge, "Herbst")
        rules = edge.folder / "rules" / "main.yaml"
        rules.write_text(RULES.replace("text: Herbst", "text: Advent"), encoding="utf-8")
        await until(edge, "Advent")

    monkeypatch.setattr("edge.live.awatch", broken)
    run(tmp_path, test)
