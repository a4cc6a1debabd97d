"""`config`: shown, checked, set, edited."""

import json

from muserd.ground import config as configuration


def test_config(places, ctl):
    """show, check, path, edit."""
    assert ctl("config", "path")[1].strip() == str(places / "config.toml")
    assert ctl("config", "check")[0] == 0
    assert ctl("config", "edit", "--set", "web.port=0")[0] == 0
    assert ctl("config", "edit", "--set", "encoders.image=builtin")[0] == 0
    shown = json.loads(ctl("config", "show", "--json")[1])["values"]
    assert shown["web.port"] == {"value": 0, "origin": "file"}
    assert shown["web.host"]["origin"] == "default"
    assert shown["encoders.image"]["value"] == "builtin"
    for wrong in ("web.prot=1", "web.port=x", "web.port=-1", "roots=[]", "web.port", "=1"):
        assert ctl("config", "edit", "--set", wrong)[0] in {2, 78}
    for wrong in ("[web]\nport = 'x'", "[[roots]]\nkinds = ['image']", "[roots]\n", "[web\n"):
        (places / "config.toml").write_text(wrong)
        status, _, err = ctl("config", "check")
        assert (status, "hint:" in err) == (78, True), wrong
    (places / "config.toml").write_text("[web]\nprot = 1\n")
    status, _, err = ctl("config", "check")
    assert status == 78
    assert "web.port" in err


def test_editing_in_an_editor(places, ctl, monkeypatch):
    """A valid change is taken, an invalid one leaves the file as it was."""
    good = places / "good"
    good.write_text('#!/bin/sh\necho \'title = "Mine"\' >> "$1"\n')
    bad = places / "bad"
    bad.write_text('#!/bin/sh\necho nonsense >> "$1"\n')
    for script in (good, bad):
        script.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(good))
    assert ctl("config", "edit")[0] == 0
    assert configuration.load(places / "config.toml").title == "Mine"
    monkeypatch.setenv("VISUAL", str(bad))
    assert ctl("config", "edit")[0] == 78
    assert configuration.load(places / "config.toml").title == "Mine"
    monkeypatch.setenv("VISUAL", "true")
    assert "nothing" in ctl("config", "edit")[1]
    monkeypatch.setenv("VISUAL", "/nowhere/editor")
    assert ctl("config", "edit")[0] == 1
