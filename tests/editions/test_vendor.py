"""What the site takes from npm is what we know, or nothing."""

import dataclasses

import pytest

from editions.vendor import FOR_THE_SITE, fetch_vendored

REQUIREJS = next(package for package in FOR_THE_SITE if package.name == "requirejs")


def test_a_package_with_another_content_is_refused(tmp_path):
    known = REQUIREJS.sha512
    other = dataclasses.replace(REQUIREJS, sha512=("B" if known[0] == "A" else "A") + known[1:])
    with pytest.raises(RuntimeError, match="npm sent another requirejs 2.3.8: its sha512 is " + known[:20]):
        fetch_vendored([other], tmp_path / "vendor")
    assert not list(tmp_path.rglob("*.js"))


def test_a_package_that_does_not_exist_is_named(tmp_path):
    missing = dataclasses.replace(REQUIREJS, version="0.0.0-none")
    with pytest.raises(RuntimeError, match=r"npm could not fetch requirejs@0\.0\.0-none"):
        fetch_vendored([missing], tmp_path / "vendor")


def test_fetched_once(tmp_path, capsys):
    fetch_vendored([REQUIREJS], tmp_path)
    assert (tmp_path / "requirejs" / "require.js").read_text().startswith("/*")
    assert "Fetching requirejs" in capsys.readouterr().out
    fetch_vendored([REQUIREJS], tmp_path)
    assert capsys.readouterr().out == ""
