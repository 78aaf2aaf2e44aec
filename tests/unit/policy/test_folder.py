"""Policy folders: which files count, in which order, and what happens to odd ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from naka.errors import PolicyError
from naka.policy.folder import MAX_FILES, load_folder, read_folder

PACK = "apiVersion: naka.dev/v1alpha1\nkind: PolicyPack\nmetadata: {name: NAME}\nspec: {mode: Shadow}\n"


def write(path: Path, name: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PACK.replace("NAME", name))


def names(path: Path) -> list[str]:
    return [loaded.model.metadata.name for loaded in load_folder(path).packs]


def test_all_yaml_files_are_read_in_the_order_of_their_names(tmp_path):
    for file, name in [("b.yml", "b"), ("a.yaml", "a"), ("sub/c.yaml", "c")]:
        write(tmp_path / file, name)
    (tmp_path / "notes.txt").write_text("not: [yaml")
    assert names(tmp_path) == ["a", "b", "c"]
    assert list(load_folder(tmp_path).files) == [str(tmp_path / f) for f in ("a.yaml", "b.yml", "sub/c.yaml")]


def test_what_a_folder_holds_is_not_in_its_repr(tmp_path):
    (tmp_path / "a.yaml").write_text(PACK.replace("NAME", "a") + "# 5109 8027 4087\n")
    assert "8027" not in repr(load_folder(tmp_path))


def test_a_single_file_can_be_named(tmp_path):
    write(tmp_path / "one.policy", "one")
    assert names(tmp_path / "one.policy") == ["one"]


def test_hidden_files_and_folders_are_skipped(tmp_path):
    write(tmp_path / "a.yaml", "a")
    (tmp_path / ".b.yaml").write_text("[")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "c.yaml").write_text("[")
    assert names(tmp_path) == ["a"]


def test_a_configmap_mount_is_read_through_its_data_link(tmp_path):
    for version, name in [("..2026_1", "old"), ("..2026_2", "new")]:
        write(tmp_path / version / "pack.yaml", name)
    (tmp_path / "..data").symlink_to("..2026_2")
    (tmp_path / "pack.yaml").symlink_to("..data/pack.yaml")
    assert names(tmp_path) == ["new"]
    [file] = load_folder(tmp_path).files
    assert file == str(tmp_path / "pack.yaml")  # shown as the user sees it
    (tmp_path / "..tmp").symlink_to("..2026_1")
    (tmp_path / "..tmp").rename(tmp_path / "..data")
    assert names(tmp_path) == ["old"]


def test_a_link_to_a_file_is_followed_and_a_link_to_a_folder_is_not(tmp_path):
    write(tmp_path / "elsewhere" / "x.yaml", "x")
    folder = tmp_path / "policy"
    folder.mkdir()
    (folder / "a.yaml").symlink_to("../elsewhere/x.yaml")
    (folder / "loop").symlink_to(".")
    assert names(folder) == ["x"]


def test_a_file_that_cannot_be_read_is_a_problem_of_its_own(tmp_path):
    write(tmp_path / "a.yaml", "a")
    (tmp_path / "b.yaml").symlink_to("gone")
    os.mkfifo(tmp_path / "c.yaml")
    with pytest.raises(PolicyError) as raised:
        load_folder(tmp_path)
    found = [(Path(p.file).name, p.code) for p in raised.value.problems]
    assert found == [("b.yaml", "policy_file_unreadable"), ("c.yaml", "policy_file_unreadable")]


UPSTREAM = "apiVersion: naka.dev/v1alpha1\nkind: ClusterUpstream\nmetadata: {name: a}\n"


@pytest.mark.parametrize(
    "content", [None, "# nothing yet\n", "---\n---\n", UPSTREAM + "spec: {hosts: [a.in], provider: openai}\n"]
)
def test_a_folder_without_any_pack_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "a.yaml").write_text(content)
    with pytest.raises(PolicyError) as raised:
        load_folder(tmp_path)
    assert [problem.code for problem in raised.value.problems] == ["policy_empty"]


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_an_empty_file_is_refused_for_it_may_be_half_of_an_edit(tmp_path, content):
    write(tmp_path / "a.yaml", "a")
    (tmp_path / "b.yaml").write_text(content)
    with pytest.raises(PolicyError) as raised:
        load_folder(tmp_path)
    assert [(Path(p.file).name, p.code) for p in raised.value.problems] == [("b.yaml", "policy_empty")]


def test_a_folder_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(PolicyError) as raised:
        load_folder(tmp_path / "nowhere")
    assert [problem.code for problem in raised.value.problems] == ["policy_file_unreadable"]


def test_the_number_of_files_has_a_limit(tmp_path):
    for number in range(MAX_FILES + 1):
        (tmp_path / f"{number:04}.yaml").write_text("")
    contents, problems = read_folder(tmp_path)
    assert len(contents) == MAX_FILES
    assert [problem.code for problem in problems] == ["policy_folder_too_large"]


def test_the_size_of_a_folder_has_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr("naka.policy.folder.MAX_FOLDER_BYTES", 100)
    for name in "abc":
        (tmp_path / f"{name}.yaml").write_text("#" * 60)
    contents, problems = read_folder(tmp_path)
    assert len(contents) == 2
    assert [problem.code for problem in problems] == ["policy_folder_too_large"]
