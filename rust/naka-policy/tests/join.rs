//! The laws of the join: the order of opinions does not matter, repeating one changes nothing, and one more opinion
//! never weakens the outcome.

use naka_policy::Action;
use proptest::prelude::*;

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        Just(Action::Allow),
        Just(Action::Audit),
        (0_u8..=12).prop_map(|keep_last| Action::Mask { keep_last }),
        Just(Action::Tokenize),
        Just(Action::Redact),
        Just(Action::Block),
    ]
}

proptest! {
    #[test]
    fn join_is_commutative_associative_and_idempotent(a in action(), b in action(), c in action()) {
        prop_assert_eq!(a.join(b), b.join(a));
        prop_assert_eq!(a.join(b).join(c), a.join(b.join(c)));
        prop_assert_eq!(a.join(a), a);
        prop_assert_eq!(a.join(Action::Allow), a);
        prop_assert_eq!(a.join(Action::Block), Action::Block);
    }

    #[test]
    fn join_is_monotone_and_the_least_that_satisfies_both(a in action(), b in action(), c in action()) {
        prop_assert!(a.join(b).at_least(a) && a.join(b).at_least(b));
        if a.at_least(b) {
            prop_assert!(a.join(c).at_least(b.join(c)));
        }
        if c.at_least(a) && c.at_least(b) {
            prop_assert!(c.at_least(a.join(b)), "no weaker action would do");
        }
        if a.at_least(b) && b.at_least(a) {
            prop_assert_eq!(a, b);
        }
    }
}

#[test]
fn the_order_is_the_one_of_the_design() {
    use Action::{Allow, Audit, Block, Mask, Redact, Tokenize};
    let mask = |keep_last| Mask { keep_last };
    for chain in [
        [Allow, Audit, mask(4), Redact, Block],
        [Allow, Audit, Tokenize, Redact, Block],
    ] {
        for pair in chain.windows(2) {
            assert!(pair[1].at_least(pair[0]) && !pair[0].at_least(pair[1]), "{pair:?}");
        }
    }
    assert_eq!(mask(4).join(mask(2)), mask(2));
    assert_eq!(Tokenize.join(mask(4)), Redact);
}
