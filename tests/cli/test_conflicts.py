"""`syndicate licences conflicts`: what contradicts, who must mend it, and the exit code."""

from __future__ import annotations

from pathlib import Path

from tests.cli.running import a_copy, data, run

EXCLUSIVE = """
[agreements.exclusivity]
level = "sole"
basis = "product"
window = "PT48H"
territory = { include = ["JP"] }
media = ["web"]
"""


def promised(folder: Path, *more: str) -> Path:
    """Give the example desk, with a new partner that has everything in Japan exclusively."""
    desk = a_copy(folder)
    text = (desk / "partners" / "nagisa.toml").read_text("utf-8").replace("nagisa", "kumo")
    text, _, _ = text.partition("[[feeds]]")
    text = text.replace("signed_at = 2026", "signed_at = 2029")
    text = "\n".join((text, EXCLUSIVE, *more))
    (desk / "partners" / "kumo.toml").write_text(text, "utf-8")
    return desk


def test_a_desk_without_conflicts_says_so() -> None:
    desk = Path(__file__).resolve().parents[2] / "feeds"
    assert run("licences", "conflicts", "--desk", desk).stdout == "no conflicts\n"
    assert data("licences", "conflicts", "--desk", desk) == []


def test_conflicts_are_named_and_the_command_fails(tmp_path: Path) -> None:
    desk = promised(tmp_path)
    shown = run("licences", "conflicts", "--desk", desk, code=1)
    assert "V32" in shown.stdout
    assert "kumo" in shown.stdout
    found = data("licences", "conflicts", "--desk", desk, code=1)
    assert {one["rule"] for one in found} == {"V32"}
    assert {one["where"].split()[1] for one in found} == {"kumo"}
    assert any("partner nagisa" in one["says"] for one in found)
    assert all(one["since"] and one["mend"] and not one["warning"] for one in found)


def test_what_carve_outs_settle_is_no_conflict(tmp_path: Path) -> None:
    desk = promised(tmp_path)
    found = data("licences", "conflicts", "--desk", desk, code=1)
    named = [one["says"].partition(" of partner ")[2].split()[0] for one in found]
    listed = ", ".join(f'"{name}"' for name in named)
    settled = promised(tmp_path, f"carve_outs = [{listed}]")
    assert data("licences", "conflicts", "--desk", settled) == []


def test_the_partner_at_fault_costs_itself_alone(tmp_path: Path) -> None:
    desk = promised(tmp_path)
    found = run("check", "--desk", desk, code=1)
    assert "V32 partner kumo" in found.output
