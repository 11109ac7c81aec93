// RUN: h3-opt %s --h3-pack-panels | FileCheck %s --check-prefixes=CHECK,PAIRS
// RUN: h3-opt %s --h3-pack-panels=byte-dots | FileCheck %s --check-prefixes=CHECK,FOURS
// RUN: h3-opt %s --h3-pack-panels --h3-pack-panels | FileCheck %s --check-prefixes=CHECK,PAIRS

h3.parameter @head : tensor<100x64xf32> from ["head"]
h3.parameter @table : tensor<100x64xf32> from ["table"]

// Halves stand in pairs of columns, whatever there is for bytes.
// CHECK-LABEL: @bf16
// CHECK: %[[P:.*]] = h3.pack_panels %arg1 : tensor<100x64xbf16> -> tensor<7x32x16x2xbf16>
// CHECK: h3.linear ins(%arg0, %[[P]] : tensor<?x64xf32>, tensor<7x32x16x2xbf16>) outs(
func.func @bf16(%x: tensor<?x64xf32>, %w: tensor<100x64xbf16>, %init: tensor<?x100xf32>) -> tensor<?x100xf32> {
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<100x64xbf16>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return %0 : tensor<?x100xf32>
}

// Bytes stand in pairs, or unsigned in fours where the target adds four products
// at once. Scales of rows stay in rows.
// CHECK-LABEL: @int8
// PAIRS: %[[P:.*]] = h3.pack_panels %arg1 : tensor<100x64xi8> -> tensor<7x32x16x2xi8>
// PAIRS-NOT: h3.pack_panels
// PAIRS: h3.linear ins(%arg0, %[[P]] : tensor<?x64xf32>, tensor<7x32x16x2xi8>) scales(%arg2 : tensor<100xf32>) outs(
// FOURS: %[[P:.*]] = h3.pack_panels %arg1 : tensor<100x64xi8> -> tensor<7x16x16x4xui8>
// FOURS-NOT: h3.pack_panels
// FOURS: h3.linear ins(%arg0, %[[P]] : tensor<?x64xf32>, tensor<7x16x16x4xui8>) scales(%arg2 : tensor<100xf32>) outs(
func.func @int8(%x: tensor<?x64xf32>, %w: tensor<100x64xi8>, %s: tensor<100xf32>, %init: tensor<?x100xf32>) -> tensor<?x100xf32> {
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<100x64xi8>) scales(%s : tensor<100xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return %0 : tensor<?x100xf32>
}

// Four bytes of 4 bits are eight columns; their scales are packed as well. They
// keep their sign, with products of bytes and without.
// CHECK-LABEL: @int4
// CHECK: %[[P:.*]] = h3.pack_panels %arg1 : tensor<100x32xi8> -> tensor<7x8x16x4xi8>
// CHECK: %[[S:.*]] = h3.pack_panels %arg2 : tensor<100x2xf16> -> tensor<7x2x16xf16>
// CHECK: h3.linear ins(%arg0, %[[P]] : tensor<?x64xf32>, tensor<7x8x16x4xi8>) scales(%[[S]] : tensor<7x2x16xf16>) outs(
func.func @int4(%x: tensor<?x64xf32>, %w: tensor<100x32xi8>, %s: tensor<100x2xf16>, %init: tensor<?x100xf32>) -> tensor<?x100xf32> {
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<100x32xi8>) scales(%s : tensor<100x2xf16>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return %0 : tensor<?x100xf32>
}

// A tied head whose weight is rounded: the embedding reads the panels as well.
// CHECK-LABEL: @tied_bf16
// CHECK: %[[H:.*]] = h3.round_weight
// CHECK: %[[P:.*]] = h3.pack_panels %[[H]] : tensor<100x64xbf16> -> tensor<7x32x16x2xbf16>
// CHECK: h3.embedding ins(%arg0, %[[P]] : tensor<?xi32>, tensor<7x32x16x2xbf16>) outs(
// CHECK: h3.linear ins({{.*}} : tensor<?x64xf32>, tensor<7x32x16x2xbf16>) outs(
func.func @tied_bf16(%ids: tensor<?xi32>, %init: tensor<?x64xf32>, %logits: tensor<?x100xf32>) -> tensor<?x100xf32> {
  %w = h3.get_parameter @head : tensor<100x64xf32>
  %h = h3.round_weight %w : tensor<100x64xf32> -> tensor<100x64xbf16>
  %0 = h3.embedding ins(%ids, %h : tensor<?xi32>, tensor<100x64xbf16>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  %1 = h3.linear ins(%0, %h : tensor<?x64xf32>, tensor<100x64xbf16>) outs(%logits : tensor<?x100xf32>) -> tensor<?x100xf32>
  return %1 : tensor<?x100xf32>
}

// And one that is quantised, by an op of its own for each layer.
// CHECK-LABEL: @tied_int8
// CHECK: %[[S:.*]] = h3.quantize_scales
// CHECK: %[[Q:.*]] = h3.quantize %{{.*}}, %[[S]]
// PAIRS: %[[P:.*]] = h3.pack_panels %[[Q]] : tensor<100x64xi8> -> tensor<7x32x16x2xi8>
// PAIRS: h3.embedding ins(%arg0, %[[P]] : tensor<?xi32>, tensor<7x32x16x2xi8>) scales(%[[S]] : tensor<100xf32>)
// FOURS: %[[P:.*]] = h3.pack_panels %[[Q]] : tensor<100x64xi8> -> tensor<7x16x16x4xui8>
// FOURS: h3.embedding ins(%arg0, %[[P]] : tensor<?xi32>, tensor<7x16x16x4xui8>) scales(%[[S]] : tensor<100xf32>)
func.func @tied_int8(%ids: tensor<?xi32>, %init: tensor<?x64xf32>, %logits: tensor<?x100xf32>) -> tensor<?x100xf32> {
  %w = h3.get_parameter @head : tensor<100x64xf32>
  %s = h3.quantize_scales %w : tensor<100x64xf32> -> tensor<100xf32>
  %q = h3.quantize %w, %s : tensor<100x64xf32>, tensor<100xf32> -> tensor<100x64xi8>
  %0 = h3.embedding ins(%ids, %q : tensor<?xi32>, tensor<100x64xi8>) scales(%s : tensor<100xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  %s2 = h3.quantize_scales %w : tensor<100x64xf32> -> tensor<100xf32>
  %q2 = h3.quantize %w, %s2 : tensor<100x64xf32>, tensor<100xf32> -> tensor<100x64xi8>
  %1 = h3.linear ins(%0, %q2 : tensor<?x64xf32>, tensor<100x64xi8>) scales(%s2 : tensor<100xf32>) outs(%logits : tensor<?x100xf32>) -> tensor<?x100xf32>
  return %1 : tensor<?x100xf32>
}

// CHECK-LABEL: @tied_int4
// CHECK: %[[S:.*]] = h3.quantize_scales
// CHECK: %[[Q:.*]] = h3.quantize %{{.*}}, %[[S]]
// CHECK-DAG: %[[P:.*]] = h3.pack_panels %[[Q]] : tensor<100x32xi8> -> tensor<7x8x16x4xi8>
// CHECK-DAG: %[[PS:.*]] = h3.pack_panels %[[S]] : tensor<100x2xf16> -> tensor<7x2x16xf16>
// CHECK: h3.embedding ins(%arg0, %[[P]] : tensor<?xi32>, tensor<7x8x16x4xi8>) scales(%[[PS]] : tensor<7x2x16xf16>)
// CHECK: h3.linear ins({{.*}} : tensor<?x64xf32>, tensor<7x8x16x4xi8>) scales(%{{.*}} : tensor<7x2x16xf16>)
func.func @tied_int4(%ids: tensor<?xi32>, %init: tensor<?x64xf32>, %logits: tensor<?x100xf32>) -> tensor<?x100xf32> {
  %w = h3.get_parameter @head : tensor<100x64xf32>
  %s = h3.quantize_scales %w : tensor<100x64xf32> -> tensor<100x2xf16>
  %q = h3.quantize %w, %s : tensor<100x64xf32>, tensor<100x2xf16> -> tensor<100x32xi8>
  %0 = h3.embedding ins(%ids, %q : tensor<?xi32>, tensor<100x32xi8>) scales(%s : tensor<100x2xf16>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  %1 = h3.linear ins(%0, %q : tensor<?x64xf32>, tensor<100x32xi8>) scales(%s : tensor<100x2xf16>) outs(%logits : tensor<?x100xf32>) -> tensor<?x100xf32>
  return %1 : tensor<?x100xf32>
}

// A quantised table that is no weight stays in rows. Panels of f16 have the
// shape of those of f32.
// CHECK-LABEL: @table_and_f16
// CHECK-NOT: h3.pack_panels
// CHECK: h3.embedding ins(%arg0, %{{.*}} : tensor<?xi32>, tensor<100x64xi8>)
// CHECK: %[[P:.*]] = h3.pack_panels %arg2 : tensor<100x64xf16> -> tensor<7x64x16xf16>
// CHECK: h3.linear ins(%{{.*}}, %[[P]] : tensor<?x64xf32>, tensor<7x64x16xf16>)
// CHECK-NOT: h3.pack_panels
// CHECK: return
func.func @table_and_f16(%ids: tensor<?xi32>, %init: tensor<?x64xf32>, %f: tensor<100x64xf16>, %logits: tensor<?x100xf32>) -> tensor<?x100xf32> {
  %w = h3.get_parameter @table : tensor<100x64xf32>
  %s = h3.quantize_scales %w : tensor<100x64xf32> -> tensor<100xf32>
  %q = h3.quantize %w, %s : tensor<100x64xf32>, tensor<100xf32> -> tensor<100x64xi8>
  %0 = h3.embedding ins(%ids, %q : tensor<?xi32>, tensor<100x64xi8>) scales(%s : tensor<100xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  %1 = h3.linear ins(%0, %f : tensor<?x64xf32>, tensor<100x64xf16>) outs(%logits : tensor<?x100xf32>) -> tensor<?x100xf32>
  return %1 : tensor<?x100xf32>
}
