// RUN: h3-opt %s --h3-fuse-projections -allow-unregistered-dialect -split-input-file | FileCheck %s

// Queries, keys and values are one layer in the place of the last: the rows of
// all weights and biases in turn. The others' results are slices of its result.
// CHECK-LABEL: @projections(
// CHECK-DAG: %[[Q:.*]] = h3.get_parameter @q
// CHECK-DAG: %[[K:.*]] = h3.get_parameter @k
// CHECK-DAG: %[[V:.*]] = h3.get_parameter @v
// CHECK-DAG: %[[B:.*]] = h3.get_parameter @b
// CHECK-DAG: %[[C:.*]] = h3.get_parameter @c
// CHECK: %[[N:.*]] = tensor.dim %arg0
// CHECK: %[[W:.*]] = h3.concat_rows %[[Q]], %[[K]], %[[V]] : tensor<8x16xf32>, tensor<8x16xf32>, tensor<24x16xf32> -> tensor<40x16xf32>
// CHECK: %[[BIAS:.*]] = h3.concat_rows %[[B]], %[[B]], %[[C]] : tensor<8xf32>, tensor<8xf32>, tensor<24xf32> -> tensor<40xf32>
// CHECK: %[[INIT:.*]] = tensor.empty(%[[N]]) : tensor<?x40xf32>
// CHECK: %[[ALL:.*]] = h3.linear ins(%arg0, %[[W]] : tensor<?x16xf32>, tensor<40x16xf32>) bias(%[[BIAS]] : tensor<40xf32>) outs(%[[INIT]] : tensor<?x40xf32>) -> tensor<?x40xf32>
// CHECK: %[[S0:.*]] = tensor.extract_slice %[[ALL]][0, 0] [%[[N]], 8] [1, 1] : tensor<?x40xf32> to tensor<?x8xf32>
// CHECK: %[[S1:.*]] = tensor.extract_slice %[[ALL]][0, 8] [%[[N]], 8] [1, 1] : tensor<?x40xf32> to tensor<?x8xf32>
// CHECK: %[[S2:.*]] = tensor.extract_slice %[[ALL]][0, 16] [%[[N]], 24] [1, 1] : tensor<?x40xf32> to tensor<?x24xf32>
// CHECK-NOT: h3.linear
// CHECK: return %[[S0]], %[[S1]], %[[S2]]
h3.parameter @q : tensor<8x16xf32> from ["q"]
h3.parameter @k : tensor<8x16xf32> from ["k"]
h3.parameter @v : tensor<24x16xf32> from ["v"]
h3.parameter @b : tensor<8xf32> from ["b"]
h3.parameter @c : tensor<24xf32> from ["c"]
func.func @projections(%x: tensor<?x16xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x24xf32>) {
  %q = h3.get_parameter @q : tensor<8x16xf32>
  %k = h3.get_parameter @k : tensor<8x16xf32>
  %v = h3.get_parameter @v : tensor<24x16xf32>
  %b = h3.get_parameter @b : tensor<8xf32>
  %c = h3.get_parameter @c : tensor<24xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x16xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %f = tensor.empty(%n) : tensor<?x24xf32>
  %0 = h3.linear ins(%x, %q : tensor<?x16xf32>, tensor<8x16xf32>) bias(%b : tensor<8xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.linear ins(%x, %k : tensor<?x16xf32>, tensor<8x16xf32>) bias(%b : tensor<8xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = h3.linear ins(%x, %v : tensor<?x16xf32>, tensor<24x16xf32>) bias(%c : tensor<24xf32>) outs(%f : tensor<?x24xf32>) -> tensor<?x24xf32>
  return %0, %1, %2 : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x24xf32>
}

// -----

// Without biases and with an activation, and a weight that is a function of
// weights. The rows may be of a static number.
// CHECK-LABEL: @activated(
// CHECK: %[[W:.*]] = h3.concat_rows %{{.*}}, %{{.*}} : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<24x16xf32>
// CHECK: %[[ALL:.*]] = h3.linear {gelu} ins(%arg0, %[[W]] : tensor<3x16xf32>, tensor<24x16xf32>) outs(
// CHECK: tensor.extract_slice %[[ALL]][0, 0] [3, 8] [1, 1] : tensor<3x24xf32> to tensor<3x8xf32>
// CHECK: tensor.extract_slice %[[ALL]][0, 8] [3, 16] [1, 1] : tensor<3x24xf32> to tensor<3x16xf32>
// CHECK-NOT: h3.linear
h3.parameter @q : tensor<8x16xf32> from ["q"]
h3.parameter @k : tensor<8x16xf32> from ["k"]
func.func @activated(%x: tensor<3x16xf32>) -> (tensor<3x8xf32>, tensor<3x16xf32>) {
  %q = h3.get_parameter @q : tensor<8x16xf32>
  %k = h3.get_parameter @k : tensor<8x16xf32>
  %w = h3.concat_rows %q, %k : tensor<8x16xf32>, tensor<8x16xf32> -> tensor<16x16xf32>
  %e = tensor.empty() : tensor<3x8xf32>
  %f = tensor.empty() : tensor<3x16xf32>
  %0 = h3.linear {gelu} ins(%x, %q : tensor<3x16xf32>, tensor<8x16xf32>) outs(%e : tensor<3x8xf32>) -> tensor<3x8xf32>
  %1 = h3.linear {gelu} ins(%x, %w : tensor<3x16xf32>, tensor<16x16xf32>) outs(%f : tensor<3x16xf32>) -> tensor<3x16xf32>
  return %0, %1 : tensor<3x8xf32>, tensor<3x16xf32>
}

// -----

// Groups of different inputs, and of layers with biases and without, each become
// one layer.
// CHECK-LABEL: @groups(
// CHECK-COUNT-2: h3.linear {{.*}} tensor<16x16xf32>)
// CHECK-NOT: h3.linear
h3.parameter @q : tensor<8x16xf32> from ["q"]
h3.parameter @k : tensor<8x16xf32> from ["k"]
func.func @groups(%x: tensor<?x16xf32>, %y: tensor<?x16xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) {
  %q = h3.get_parameter @q : tensor<8x16xf32>
  %k = h3.get_parameter @k : tensor<8x16xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x16xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %0 = h3.linear ins(%x, %q : tensor<?x16xf32>, tensor<8x16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.linear ins(%y, %q : tensor<?x16xf32>, tensor<8x16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = h3.linear ins(%x, %k : tensor<?x16xf32>, tensor<8x16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %3 = h3.linear ins(%y, %k : tensor<?x16xf32>, tensor<8x16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0, %1, %2, %3 : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// Left alone: layers of different inputs.
// CHECK-LABEL: @inputs(
// CHECK-NOT: h3.concat_rows
// CHECK-COUNT-2: h3.linear
// CHECK-NOT: {{h3.linear|tensor.extract_slice}}
h3.parameter @q : tensor<8x16xf32> from ["q"]
h3.parameter @k : tensor<8x16xf32> from ["k"]
func.func @inputs(%x: tensor<?x16xf32>, %y: tensor<?x16xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %q = h3.get_parameter @q : tensor<8x16xf32>
  %k = h3.get_parameter @k : tensor<8x16xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x16xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %0 = h3.linear ins(%x, %q : tensor<?x16xf32>, tensor<8x16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.linear ins(%y, %k : tensor<?x16xf32>, tensor<8x16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0, %1 : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// One with an activation and one without.
// CHECK-LABEL: @activations(
// CHECK-NOT: h3.concat_rows
// CHECK-COUNT-2: h3.linear
// CHECK-NOT: {{h3.linear|tensor.extract_slice}}
h3.parameter @q : tensor<8x16xf32> from ["q"]
h3.parameter @k : tensor<8x16xf32> from ["k"]
func.func @activations(%x: tensor<?x16xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %q = h3.get_parameter @q : tensor<8x16xf32>
  %k = h3.get_parameter @k : tensor<8x16xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x16xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %0 = h3.linear {gelu} ins(%x, %q : tensor<?x16xf32>, tensor<8x16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.linear ins(%x, %k : tensor<?x16xf32>, tensor<8x16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0, %1 : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// One with a bias and one without.
// CHECK-LABEL: @biases(
// CHECK-NOT: h3.concat_rows
// CHECK-COUNT-2: h3.linear
// CHECK-NOT: {{h3.linear|tensor.extract_slice}}
h3.parameter @q : tensor<8x16xf32> from ["q"]
h3.parameter @k : tensor<8x16xf32> from ["k"]
h3.parameter @b : tensor<8xf32> from ["b"]
func.func @biases(%x: tensor<?x16xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %q = h3.get_parameter @q : tensor<8x16xf32>
  %k = h3.get_parameter @k : tensor<8x16xf32>
  %b = h3.get_parameter @b : tensor<8xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x16xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %0 = h3.linear ins(%x, %q : tensor<?x16xf32>, tensor<8x16xf32>) bias(%b : tensor<8xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.linear ins(%x, %k : tensor<?x16xf32>, tensor<8x16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0, %1 : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// Biases that are no functions of weights.
// CHECK-LABEL: @own_biases(
// CHECK-NOT: h3.concat_rows
// CHECK-COUNT-2: h3.linear
// CHECK-NOT: {{h3.linear|tensor.extract_slice}}
h3.parameter @q : tensor<8x16xf32> from ["q"]
h3.parameter @k : tensor<8x16xf32> from ["k"]
func.func @own_biases(%x: tensor<?x16xf32>, %b: tensor<8xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %q = h3.get_parameter @q : tensor<8x16xf32>
  %k = h3.get_parameter @k : tensor<8x16xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x16xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %0 = h3.linear ins(%x, %q : tensor<?x16xf32>, tensor<8x16xf32>) bias(%b : tensor<8xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.linear ins(%x, %k : tensor<?x16xf32>, tensor<8x16xf32>) bias(%b : tensor<8xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0, %1 : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// A weight that is none.
// CHECK-LABEL: @own_weights(
// CHECK-NOT: h3.concat_rows
// CHECK-COUNT-2: h3.linear
// CHECK-NOT: {{h3.linear|tensor.extract_slice}}
h3.parameter @q : tensor<8x16xf32> from ["q"]
func.func @own_weights(%x: tensor<?x16xf32>, %w: tensor<8x16xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %q = h3.get_parameter @q : tensor<8x16xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x16xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %0 = h3.linear ins(%x, %q : tensor<?x16xf32>, tensor<8x16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.linear ins(%x, %w : tensor<?x16xf32>, tensor<8x16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0, %1 : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// Layers that add to what their outputs hold.
// CHECK-LABEL: @accumulated(
// CHECK-NOT: h3.concat_rows
// CHECK-COUNT-2: h3.linear
// CHECK-NOT: {{h3.linear|tensor.extract_slice}}
h3.parameter @q : tensor<8x16xf32> from ["q"]
h3.parameter @k : tensor<8x16xf32> from ["k"]
func.func @accumulated(%x: tensor<?x16xf32>, %y: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %q = h3.get_parameter @q : tensor<8x16xf32>
  %k = h3.get_parameter @k : tensor<8x16xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x16xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %0 = h3.linear {accumulate} ins(%x, %q : tensor<?x16xf32>, tensor<8x16xf32>) outs(%y : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.linear {accumulate} ins(%x, %k : tensor<?x16xf32>, tensor<8x16xf32>) outs(%y : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0, %1 : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// Outputs that are not theirs to choose, such as the logits.
// CHECK-LABEL: @outputs(
// CHECK-NOT: h3.concat_rows
// CHECK-COUNT-2: h3.linear
// CHECK-NOT: {{h3.linear|tensor.extract_slice}}
h3.parameter @q : tensor<8x16xf32> from ["q"]
h3.parameter @k : tensor<8x16xf32> from ["k"]
func.func @outputs(%x: tensor<?x16xf32>, %y: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %q = h3.get_parameter @q : tensor<8x16xf32>
  %k = h3.get_parameter @k : tensor<8x16xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x16xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %0 = h3.linear ins(%x, %q : tensor<?x16xf32>, tensor<8x16xf32>) outs(%y : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.linear ins(%x, %k : tensor<?x16xf32>, tensor<8x16xf32>) outs(%y : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0, %1 : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// Weights that have their type already.
// CHECK-LABEL: @halves(
// CHECK-NOT: h3.concat_rows
// CHECK-COUNT-2: h3.linear
// CHECK-NOT: {{h3.linear|tensor.extract_slice}}
h3.parameter @q : tensor<8x16xf32> from ["q"]
h3.parameter @k : tensor<8x16xf32> from ["k"]
func.func @halves(%x: tensor<?x16xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %q = h3.get_parameter @q : tensor<8x16xf32>
  %k = h3.get_parameter @k : tensor<8x16xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x16xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %h = h3.round_weight %q : tensor<8x16xf32> -> tensor<8x16xbf16>
  %i = h3.round_weight %k : tensor<8x16xf32> -> tensor<8x16xbf16>
  %0 = h3.linear ins(%x, %h : tensor<?x16xf32>, tensor<8x16xbf16>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.linear ins(%x, %i : tensor<?x16xf32>, tensor<8x16xbf16>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0, %1 : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// Weights in panels.
// CHECK-LABEL: @packed(
// CHECK-NOT: h3.concat_rows
// CHECK-COUNT-2: h3.linear
// CHECK-NOT: {{h3.linear|tensor.extract_slice}}
h3.parameter @q : tensor<8x16xf32> from ["q"]
h3.parameter @k : tensor<8x16xf32> from ["k"]
func.func @packed(%x: tensor<?x16xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %q = h3.get_parameter @q : tensor<8x16xf32>
  %k = h3.get_parameter @k : tensor<8x16xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x16xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %h = h3.pack_panels %q : tensor<8x16xf32> -> tensor<1x16x16xf32>
  %i = h3.pack_panels %k : tensor<8x16xf32> -> tensor<1x16x16xf32>
  %0 = h3.linear ins(%x, %h : tensor<?x16xf32>, tensor<1x16x16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.linear ins(%x, %i : tensor<?x16xf32>, tensor<1x16x16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0, %1 : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// Layers with a norm of their own.
// CHECK-LABEL: @normalised(
// CHECK-NOT: h3.concat_rows
// CHECK-COUNT-2: h3.linear
// CHECK-NOT: {{h3.linear|tensor.extract_slice}}
h3.parameter @q : tensor<8x16xf32> from ["q"]
h3.parameter @k : tensor<8x16xf32> from ["k"]
func.func @normalised(%x: tensor<?x16xf32>, %g: tensor<16xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %q = h3.get_parameter @q : tensor<8x16xf32>
  %k = h3.get_parameter @k : tensor<8x16xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x16xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %0 = h3.linear {epsilon = 1.0 : f32} ins(%x, %q : tensor<?x16xf32>, tensor<8x16xf32>) norm(%g, %g : tensor<16xf32>, tensor<16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = h3.linear {epsilon = 1.0 : f32} ins(%x, %k : tensor<?x16xf32>, tensor<8x16xf32>) norm(%g, %g : tensor<16xf32>, tensor<16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0, %1 : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// A result that is used before the last layer.
// CHECK-LABEL: @used_between(
// CHECK-NOT: h3.concat_rows
// CHECK-COUNT-2: h3.linear
// CHECK-NOT: {{h3.linear|tensor.extract_slice}}
h3.parameter @q : tensor<8x16xf32> from ["q"]
h3.parameter @k : tensor<8x16xf32> from ["k"]
func.func @used_between(%x: tensor<?x16xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %q = h3.get_parameter @q : tensor<8x16xf32>
  %k = h3.get_parameter @k : tensor<8x16xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x16xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %0 = h3.linear ins(%x, %q : tensor<?x16xf32>, tensor<8x16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  "test.use"(%0) : (tensor<?x8xf32>) -> ()
  %1 = h3.linear ins(%x, %k : tensor<?x16xf32>, tensor<8x16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0, %1 : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// The same, in a region.
// CHECK-LABEL: @used_in_a_region(
// CHECK-NOT: h3.concat_rows
// CHECK-COUNT-2: h3.linear
// CHECK-NOT: {{h3.linear|tensor.extract_slice}}
h3.parameter @q : tensor<8x16xf32> from ["q"]
h3.parameter @k : tensor<8x16xf32> from ["k"]
func.func @used_in_a_region(%x: tensor<?x16xf32>, %few: i1) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %q = h3.get_parameter @q : tensor<8x16xf32>
  %k = h3.get_parameter @k : tensor<8x16xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x16xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %0 = h3.linear ins(%x, %q : tensor<?x16xf32>, tensor<8x16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  scf.if %few {
    "test.use"(%0) : (tensor<?x8xf32>) -> ()
  }
  %1 = h3.linear ins(%x, %k : tensor<?x16xf32>, tensor<8x16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0, %1 : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// Layers in different blocks, of which one may not run.
// CHECK-LABEL: @blocks(
// CHECK-NOT: h3.concat_rows
// CHECK-COUNT-2: h3.linear
// CHECK-NOT: {{h3.linear|tensor.extract_slice}}
h3.parameter @q : tensor<8x16xf32> from ["q"]
h3.parameter @k : tensor<8x16xf32> from ["k"]
func.func @blocks(%x: tensor<?x16xf32>, %few: i1) -> tensor<?x8xf32> {
  %q = h3.get_parameter @q : tensor<8x16xf32>
  %k = h3.get_parameter @k : tensor<8x16xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x16xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %0 = h3.linear ins(%x, %q : tensor<?x16xf32>, tensor<8x16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = scf.if %few -> tensor<?x8xf32> {
    %2 = h3.linear ins(%x, %k : tensor<?x16xf32>, tensor<8x16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
    scf.yield %2 : tensor<?x8xf32>
  } else {
    scf.yield %0 : tensor<?x8xf32>
  }
  return %1 : tensor<?x8xf32>
}

// -----

// One layer is no group.
// CHECK-LABEL: @single(
// CHECK-NOT: h3.concat_rows
// CHECK: %[[Y:.*]] = h3.linear
// CHECK-NEXT: return %[[Y]]
h3.parameter @q : tensor<8x16xf32> from ["q"]
func.func @single(%x: tensor<?x16xf32>) -> tensor<?x8xf32> {
  %q = h3.get_parameter @q : tensor<8x16xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x16xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %0 = h3.linear ins(%x, %q : tensor<?x16xf32>, tensor<8x16xf32>) outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// -----

// Nor are layers on memrefs.
// CHECK-LABEL: @memrefs(
// CHECK-COUNT-2: h3.linear
// CHECK-NOT: h3.linear
func.func @memrefs(%x: memref<?x16xf32>, %w: memref<8x16xf32>, %y: memref<?x8xf32>, %z: memref<?x8xf32>) {
  h3.linear ins(%x, %w : memref<?x16xf32>, memref<8x16xf32>) outs(%y : memref<?x8xf32>)
  h3.linear ins(%x, %w : memref<?x16xf32>, memref<8x16xf32>) outs(%z : memref<?x8xf32>)
  return
}
