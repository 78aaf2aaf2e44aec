//! Which packs speak about a workload: Kubernetes label selectors, matched without Kubernetes.
//! Source: Kubernetes documentation, *Labels and Selectors*: requirements are joined by "and"; `NotIn` and
//! `DoesNotExist` also hold for objects without the key.

use std::collections::BTreeMap;

use crate::proto::{self, Operator};

/// Labels of a pod or namespace.
pub type Labels = BTreeMap<String, String>;

/// The workload that a rule set is for. What is not known (`None`) counts as selected, so [`Workload::default`]
/// gets every pack: the right set for one machine without a cluster, and for a caller that cannot be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workload {
    /// Namespace of the pod.
    pub namespace: Option<String>,
    /// Labels of the pod.
    pub labels: Option<Labels>,
    /// Labels of the namespace.
    pub namespace_labels: Option<Labels>,
}

/// True when `pack` speaks about `workload`.
pub(crate) fn selects(pack: &proto::Pack, workload: &Workload) -> bool {
    let namespace = match pack.kind() {
        proto::PackKind::ClusterPolicyPack => {
            matches(pack.namespace_selector.as_ref(), workload.namespace_labels.as_ref())
        }
        // a pack without a namespace was written for one machine and belongs to whoever loads it
        _ => pack.namespace.is_empty() || workload.namespace.as_ref().is_none_or(|name| *name == pack.namespace),
    };
    namespace && matches(pack.workload_selector.as_ref(), workload.labels.as_ref())
}

fn matches(selector: Option<&proto::Selector>, labels: Option<&Labels>) -> bool {
    let (Some(selector), Some(labels)) = (selector, labels) else {
        return true;
    };
    selector.requirements.iter().all(|requirement| {
        let value = labels.get(&requirement.key);
        match requirement.operator() {
            Operator::In => value.is_some_and(|value| requirement.values.contains(value)),
            Operator::NotIn => value.is_none_or(|value| !requirement.values.contains(value)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            // refused at load; selecting errs on the side of more packs
            Operator::Unspecified => true,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(kind: proto::PackKind, requirements: &[(&str, Operator, &[&str])]) -> proto::Pack {
        let requirements = requirements
            .iter()
            .map(|(key, operator, values)| proto::Requirement {
                key: (*key).into(),
                operator: *operator as i32,
                values: values.iter().map(|v| (*v).into()).collect(),
            })
            .collect();
        proto::Pack {
            kind: kind as i32,
            namespace: if kind == proto::PackKind::PolicyPack {
                "payments".into()
            } else {
                String::new()
            },
            workload_selector: Some(proto::Selector { requirements }),
            ..Default::default()
        }
    }

    fn pod(labels: &[(&str, &str)]) -> Workload {
        Workload {
            namespace: Some("payments".into()),
            labels: Some(labels.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect()),
            namespace_labels: Some(Labels::new()),
        }
    }

    #[test]
    fn each_operator_is_the_one_of_kubernetes() {
        use Operator::{DoesNotExist, Exists, In, NotIn};
        for (operator, values, labels, selected) in [
            (In, &["a", "b"][..], &[("app", "b")][..], true),
            (In, &["a"], &[("app", "c")], false),
            (In, &["a"], &[], false),
            (NotIn, &["a"], &[("app", "a")], false),
            (NotIn, &["a"], &[], true),
            (Exists, &[], &[("app", "")], true),
            (Exists, &[], &[("other", "")], false),
            (DoesNotExist, &[], &[], true),
            (DoesNotExist, &[], &[("app", "a")], false),
        ] {
            let pack = pack(proto::PackKind::PolicyPack, &[("app", operator, values)]);
            assert_eq!(selects(&pack, &pod(labels)), selected, "{operator:?} {labels:?}");
        }
    }

    #[test]
    fn a_pack_of_another_namespace_is_not_selected() {
        let mut workload = pod(&[]);
        let pack = pack(proto::PackKind::PolicyPack, &[]);
        assert!(selects(&pack, &workload));
        workload.namespace = Some("web".into());
        assert!(!selects(&pack, &workload));
    }

    #[test]
    fn a_cluster_pack_asks_for_the_labels_of_the_namespace() {
        let mut cluster = pack(proto::PackKind::ClusterPolicyPack, &[]);
        cluster.namespace_selector = Some(proto::Selector {
            requirements: vec![proto::Requirement {
                key: "regulated".into(),
                operator: Operator::Exists as i32,
                values: vec![],
            }],
        });
        let mut workload = pod(&[]);
        assert!(!selects(&cluster, &workload));
        workload.namespace_labels = Some(Labels::from([("regulated".into(), "yes".into())]));
        assert!(selects(&cluster, &workload));
    }

    #[test]
    fn what_is_not_known_counts_as_selected() {
        let pack = pack(proto::PackKind::PolicyPack, &[("app", Operator::In, &["assistant"])]);
        assert!(selects(&pack, &Workload::default()));
    }
}
