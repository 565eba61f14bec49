//! A graph under construction: nodes in the order they run, constants by name.
//!
//! Knows the ONNX operators only by the names it is given, and nothing of encoders.

use prost::Message;

use super::onnx::{
    Attribute, AttributeProto, FLOAT, GraphProto, INT8, INT64, ModelProto, NodeProto, OperatorSetIdProto, TensorProto,
    ValueInfoProto,
};

/// ONNX Runtime's own operators.
pub(super) const CONTRIB: &str = "com.microsoft";

/// The versions that every ONNX Runtime since 1.14 reads.
const IR_VERSION: i64 = 8;
const OPSET: i64 = 17;

#[derive(Default)]
pub(super) struct Graph {
    nodes: Vec<NodeProto>,
    constants: Vec<TensorProto>,
}

impl Graph {
    /// A node of the standard operator set; returns the name of its output.
    pub(super) fn node(
        &mut self,
        operator: &str,
        inputs: &[&str],
        output: &str,
        attributes: &[(&str, Attribute<'_>)],
    ) -> String {
        self.add(operator, "", inputs, &[output], attributes);
        output.to_owned()
    }

    /// A node with several outputs.
    pub(super) fn fork(
        &mut self,
        operator: &str,
        inputs: &[&str],
        outputs: &[&str],
        attributes: &[(&str, Attribute<'_>)],
    ) {
        self.add(operator, "", inputs, outputs, attributes);
    }

    /// A node of ONNX Runtime's own operator set.
    pub(super) fn contrib(
        &mut self,
        operator: &str,
        inputs: &[&str],
        output: &str,
        attributes: &[(&str, Attribute<'_>)],
    ) -> String {
        self.add(operator, CONTRIB, inputs, &[output], attributes);
        output.to_owned()
    }

    pub(super) fn floats(&mut self, name: &str, shape: &[usize], values: &[f32]) {
        self.constant(name, FLOAT, shape, values.iter().flat_map(|value| value.to_le_bytes()).collect());
    }

    pub(super) fn int8s(&mut self, name: &str, shape: &[usize], values: &[i8]) {
        self.constant(name, INT8, shape, values.iter().map(|value| *value as u8).collect());
    }

    pub(super) fn int64s(&mut self, name: &str, values: &[i64]) {
        self.constant(name, INT64, &[values.len()], values.iter().flat_map(|value| value.to_le_bytes()).collect());
    }

    /// The finished file.
    pub(super) fn into_bytes(self, name: &str, inputs: Vec<ValueInfoProto>, output: ValueInfoProto) -> Vec<u8> {
        let graph = GraphProto {
            node: self.nodes,
            name: Some(name.to_owned()),
            initializer: self.constants,
            input: inputs,
            output: vec![output],
        };
        let operators =
            |domain: &str, version| OperatorSetIdProto { domain: Some(domain.into()), version: Some(version) };
        let model = ModelProto {
            ir_version: Some(IR_VERSION),
            producer_name: Some("lectern".to_owned()),
            graph: Some(graph),
            opset_import: vec![operators("", OPSET), operators(CONTRIB, 1)],
        };
        model.encode_to_vec()
    }

    fn add(
        &mut self,
        operator: &str,
        domain: &str,
        inputs: &[&str],
        outputs: &[&str],
        attributes: &[(&str, Attribute<'_>)],
    ) {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        self.nodes.push(NodeProto {
            input: owned(inputs),
            output: owned(outputs),
            name: Some(format!("{operator}_{}", self.nodes.len())),
            op_type: Some(operator.to_owned()),
            attribute: attributes.iter().map(|(name, value)| AttributeProto::new(name, value)).collect(),
            domain: Some(domain.to_owned()),
        });
    }

    fn constant(&mut self, name: &str, data_type: i32, shape: &[usize], raw_data: Vec<u8>) {
        self.constants.push(TensorProto {
            dims: shape.iter().map(|side| *side as i64).collect(),
            data_type: Some(data_type),
            name: Some(name.to_owned()),
            raw_data: Some(raw_data),
        });
    }
}
