"""The campaign in its short form; `make soak` is the long one."""

import pytest

from campaign.soak import digest_elsewhere, run_seed

SEEDS = range(1, 21)


@pytest.mark.parametrize("seed", SEEDS)
def test_after_faults_and_crashes_our_books_are_the_venues(seed: int) -> None:
    run = run_seed(seed)
    assert run.commands > 500
    assert run.orders > 0


def test_a_seed_is_the_same_in_a_fresh_process_under_another_hash_seed() -> None:
    assert digest_elsewhere(7, 1) == digest_elsewhere(7, 2)
