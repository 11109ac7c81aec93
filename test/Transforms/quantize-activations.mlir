// RUN: h3-opt %s --h3-quantize-activations | FileCheck %s --check-prefixes=CHECK,WIDEN
// RUN: h3-opt %s --h3-quantize-activations=half-dots | FileCheck %s --check-prefixes=CHECK,ROUND
// RUN: h3-opt %s --h3-quantize-activations --h3-quantize-activations | FileCheck %s --check-prefixes=CHECK,WIDEN

// Products of halves take rounded inputs; without them the weight is widened and
// the input stays.
// CHECK-LABEL: @bf16
// WIDEN-NOT: h3.round_rows
// WIDEN: h3.linear {gelu} ins(%arg0, %arg1 : tensor<?x64xf32>, tensor<7x32x16x2xbf16>) bias(
// ROUND: %[[ROWS:.*]] = tensor.dim %arg0, %{{.*}}
// ROUND: %[[TO:.*]] = tensor.empty(%[[ROWS]]) : tensor<?x64xbf16>
// ROUND: %[[H:.*]] = h3.round_rows ins(%arg0 : tensor<?x64xf32>) outs(%[[TO]] : tensor<?x64xbf16>)
// ROUND: h3.linear {gelu} ins(%[[H]], %arg1 : tensor<?x64xbf16>, tensor<7x32x16x2xbf16>) bias(
func.func @bf16(%x: tensor<?x64xf32>, %w: tensor<7x32x16x2xbf16>, %b: tensor<100xf32>, %init: tensor<?x100xf32>) -> tensor<?x100xf32> {
  %0 = h3.linear {gelu} ins(%x, %w : tensor<?x64xf32>, tensor<7x32x16x2xbf16>) bias(%b : tensor<100xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return %0 : tensor<?x100xf32>
}

// Signed bytes in pairs: inputs of 16 bits, whose sums nobody needs.
// CHECK-LABEL: @int8_pairs
// CHECK: %[[ROWS:.*]] = tensor.dim %arg0, %{{.*}}
// CHECK-DAG: %[[V:.*]] = tensor.empty(%[[ROWS]]) : tensor<?x64xi16>
// CHECK-DAG: %[[S:.*]] = tensor.empty(%[[ROWS]]) : tensor<?xf32>
// CHECK: %[[Q:.*]]:2 = h3.quantize_rows ins(%arg0 : tensor<?x64xf32>) outs(%[[V]], %[[S]] : tensor<?x64xi16>, tensor<?xf32>)
// CHECK: h3.linear {accumulate} ins(%[[Q]]#0, %arg1 : tensor<?x64xi16>, tensor<7x32x16x2xi8>) scales(%arg2 : tensor<100xf32>) row_scales(%[[Q]]#1 : tensor<?xf32>) outs(%arg3 :
func.func @int8_pairs(%x: tensor<?x64xf32>, %w: tensor<7x32x16x2xi8>, %s: tensor<100xf32>, %init: tensor<?x100xf32>) -> tensor<?x100xf32> {
  %0 = h3.linear {accumulate} ins(%x, %w : tensor<?x64xf32>, tensor<7x32x16x2xi8>) scales(%s : tensor<100xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return %0 : tensor<?x100xf32>
}

// Unsigned bytes: inputs of 8 bits and one sum for each row.
// CHECK-LABEL: @int8_fours
// CHECK: %[[ROWS:.*]] = tensor.dim %arg0, %{{.*}}
// CHECK-DAG: %[[V:.*]] = tensor.empty(%[[ROWS]]) : tensor<?x64xi8>
// CHECK-DAG: %[[S:.*]] = tensor.empty(%[[ROWS]]) : tensor<?xf32>
// CHECK-DAG: %[[N:.*]] = tensor.empty(%[[ROWS]]) : tensor<?x1xi32>
// CHECK: %[[Q:.*]]:3 = h3.quantize_rows ins(%arg0 : tensor<?x64xf32>) outs(%[[V]], %[[S]], %[[N]] : tensor<?x64xi8>, tensor<?xf32>, tensor<?x1xi32>)
// CHECK: h3.linear ins(%[[Q]]#0, %arg1 : tensor<?x64xi8>, tensor<7x16x16x4xui8>) scales(%arg2 : tensor<100xf32>) row_scales(%[[Q]]#1 : tensor<?xf32>) row_sums(%[[Q]]#2 : tensor<?x1xi32>) outs(%arg3 :
func.func @int8_fours(%x: tensor<?x64xf32>, %w: tensor<7x16x16x4xui8>, %s: tensor<100xf32>, %init: tensor<?x100xf32>) -> tensor<?x100xf32> {
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<7x16x16x4xui8>) scales(%s : tensor<100xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return %0 : tensor<?x100xf32>
}

// 4 bits: inputs of 8 bits, even ones before odd ones, with sums of groups.
// CHECK-LABEL: @int4
// CHECK-DAG: %[[V:.*]] = tensor.empty(%{{.*}}) : tensor<?x64xi8>
// CHECK-DAG: %[[S:.*]] = tensor.empty(%{{.*}}) : tensor<?xf32>
// CHECK-DAG: %[[N:.*]] = tensor.empty(%{{.*}}) : tensor<?x2xi32>
// CHECK: %[[Q:.*]]:3 = h3.quantize_rows {paired} ins(%arg0 : tensor<?x64xf32>) outs(%[[V]], %[[S]], %[[N]] :
// CHECK: h3.linear ins(%[[Q]]#0, %arg1 : tensor<?x64xi8>, tensor<7x8x16x4xi8>) scales(%arg2 : tensor<7x2x16xf16>) row_scales(%[[Q]]#1 : tensor<?xf32>) row_sums(%[[Q]]#2 : tensor<?x2xi32>) outs(%arg3 :
func.func @int4(%x: tensor<?x64xf32>, %w: tensor<7x8x16x4xi8>, %s: tensor<7x2x16xf16>, %init: tensor<?x100xf32>) -> tensor<?x100xf32> {
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<7x8x16x4xi8>) scales(%s : tensor<7x2x16xf16>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return %0 : tensor<?x100xf32>
}

// A number of rows that is known needs no question.
// CHECK-LABEL: @static_rows
// CHECK-NOT: tensor.dim
// CHECK: h3.quantize_rows ins(%arg0 : tensor<3x64xf32>) outs(%{{.*}}, %{{.*}} : tensor<3x64xi16>, tensor<3xf32>)
func.func @static_rows(%x: tensor<3x64xf32>, %w: tensor<7x32x16x2xi8>, %s: tensor<100xf32>, %init: tensor<3x100xf32>) -> tensor<3x100xf32> {
  %0 = h3.linear ins(%x, %w : tensor<3x64xf32>, tensor<7x32x16x2xi8>) scales(%s : tensor<100xf32>) outs(%init : tensor<3x100xf32>) -> tensor<3x100xf32>
  return %0 : tensor<3x100xf32>
}

// Layers of one input share what it is quantised to, if their weights take the
// same: here the first and the last, but not the one between.
// CHECK-LABEL: @shared
// CHECK-COUNT-2: h3.quantize_rows
// CHECK-NOT: h3.quantize_rows
// CHECK: return
// CHECK-LABEL: @shared_values
// CHECK: %[[Q:.*]]:2 = h3.quantize_rows ins(%arg0 :
// CHECK: h3.linear ins(%[[Q]]#0, %arg1 : {{.*}} row_scales(%[[Q]]#1 :
// CHECK-NOT: h3.quantize_rows
// CHECK: h3.linear ins(%[[Q]]#0, %arg2 : {{.*}} row_scales(%[[Q]]#1 :
func.func @shared(%x: tensor<?x64xf32>, %w: tensor<7x32x16x2xi8>, %u: tensor<7x8x16x4xi8>, %s: tensor<100xf32>, %g: tensor<7x2x16xf16>, %init: tensor<?x100xf32>) -> tensor<?x100xf32> {
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<7x32x16x2xi8>) scales(%s : tensor<100xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  %1 = h3.linear {accumulate} ins(%x, %u : tensor<?x64xf32>, tensor<7x8x16x4xi8>) scales(%g : tensor<7x2x16xf16>) outs(%0 : tensor<?x100xf32>) -> tensor<?x100xf32>
  %2 = h3.linear {accumulate} ins(%x, %w : tensor<?x64xf32>, tensor<7x32x16x2xi8>) scales(%s : tensor<100xf32>) outs(%1 : tensor<?x100xf32>) -> tensor<?x100xf32>
  return %2 : tensor<?x100xf32>
}
func.func @shared_values(%x: tensor<?x64xf32>, %w: tensor<7x32x16x2xi8>, %v: tensor<3x32x16x2xi8>, %s: tensor<100xf32>, %t: tensor<40xf32>, %init: tensor<?x100xf32>, %other: tensor<?x40xf32>) -> (tensor<?x100xf32>, tensor<?x40xf32>) {
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<7x32x16x2xi8>) scales(%s : tensor<100xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  %1 = h3.linear ins(%x, %v : tensor<?x64xf32>, tensor<3x32x16x2xi8>) scales(%t : tensor<40xf32>) outs(%other : tensor<?x40xf32>) -> tensor<?x40xf32>
  return %0, %1 : tensor<?x100xf32>, tensor<?x40xf32>
}

// What one branch has quantised is not there in the other.
// CHECK-LABEL: @branches
// CHECK: scf.if
// CHECK: h3.quantize_rows
// CHECK: else
// CHECK: h3.quantize_rows
func.func @branches(%c: i1, %x: tensor<?x64xf32>, %w: tensor<7x32x16x2xi8>, %s: tensor<100xf32>, %init: tensor<?x100xf32>) -> tensor<?x100xf32> {
  %0 = scf.if %c -> tensor<?x100xf32> {
    %1 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<7x32x16x2xi8>) scales(%s : tensor<100xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
    scf.yield %1 : tensor<?x100xf32>
  } else {
    %1 = h3.linear {gelu} ins(%x, %w : tensor<?x64xf32>, tensor<7x32x16x2xi8>) scales(%s : tensor<100xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
    scf.yield %1 : tensor<?x100xf32>
  }
  return %0 : tensor<?x100xf32>
}

// Weights in rows, of floats or with inputs that fit already stay, and so do
// layers on memrefs and embeddings.
// CHECK-LABEL: @left
// CHECK-NOT: h3.round_rows
// CHECK-NOT: h3.quantize_rows
// CHECK-NOT: tensor.empty
// CHECK: return
func.func @left(%ids: tensor<?xi32>, %x: tensor<?x64xf32>, %h: tensor<?x64xbf16>, %q: tensor<?x64xi16>, %r: tensor<?xf32>, %b: tensor<100x64xbf16>, %i: tensor<100x64xi8>,
                %f: tensor<7x64x16xf32>, %p: tensor<7x32x16x2xbf16>, %w: tensor<7x32x16x2xi8>, %s: tensor<100xf32>, %init: tensor<?x100xf32>,
                %mx: memref<?x64xf32>, %mw: memref<7x32x16x2xi8>, %ms: memref<100xf32>, %my: memref<?x100xf32>) -> (tensor<?x100xf32>, tensor<?x64xf32>) {
  %0 = h3.linear ins(%x, %b : tensor<?x64xf32>, tensor<100x64xbf16>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  %1 = h3.linear {accumulate} ins(%x, %i : tensor<?x64xf32>, tensor<100x64xi8>) scales(%s : tensor<100xf32>) outs(%0 : tensor<?x100xf32>) -> tensor<?x100xf32>
  %2 = h3.linear {accumulate} ins(%x, %f : tensor<?x64xf32>, tensor<7x64x16xf32>) outs(%1 : tensor<?x100xf32>) -> tensor<?x100xf32>
  %3 = h3.linear {accumulate} ins(%h, %p : tensor<?x64xbf16>, tensor<7x32x16x2xbf16>) outs(%2 : tensor<?x100xf32>) -> tensor<?x100xf32>
  %4 = h3.linear {accumulate} ins(%q, %w : tensor<?x64xi16>, tensor<7x32x16x2xi8>) scales(%s : tensor<100xf32>) row_scales(%r : tensor<?xf32>) outs(%3 : tensor<?x100xf32>) -> tensor<?x100xf32>
  %5 = h3.embedding ins(%ids, %w : tensor<?xi32>, tensor<7x32x16x2xi8>) scales(%s : tensor<100xf32>) outs(%x : tensor<?x64xf32>) -> tensor<?x64xf32>
  h3.linear ins(%mx, %mw : memref<?x64xf32>, memref<7x32x16x2xi8>) scales(%ms : memref<100xf32>) outs(%my : memref<?x100xf32>)
  return %4, %5 : tensor<?x100xf32>, tensor<?x64xf32>
}
