"""The broker's storage: what a first start writes."""

from __future__ import annotations

from deploy.local import kafka


def test_no_clusters_id_looks_like_an_option():
    """One in sixty-four random ids begins with a hyphen, and a first start with it would fail."""
    ids = [kafka.cluster_id() for _ in range(1_000)]

    assert {22} == {len(each) for each in ids}
    assert [] == [each for each in ids if each.startswith("-")]
    assert len(ids) == len(set(ids))
