// RUN: h3-opt %s --h3-pack-panels | FileCheck %s
// RUN: h3-opt %s --h3-pack-panels=width=32 | FileCheck %s --check-prefix=WIDE
// RUN: h3-opt %s --h3-pack-panels --h3-pack-panels | FileCheck %s
// RUN: not h3-opt %s --h3-pack-panels=width=0 2>&1 | FileCheck %s --check-prefix=WIDTH

// WIDTH: error: h3-pack-panels expects a positive width, found 0

h3.parameter @head : tensor<100x64xf32> from ["head"]
h3.parameter @table : tensor<100x64xf32> from ["table"]

// CHECK-LABEL: @linear
// CHECK: %[[P:.*]] = h3.pack_panels %{{.*}} : tensor<100x64xf32> -> tensor<7x64x16xf32>
// CHECK: h3.linear ins(%{{.*}}, %[[P]] : tensor<?x64xf32>, tensor<7x64x16xf32>)
// WIDE-LABEL: @linear
// WIDE: h3.pack_panels %{{.*}} : tensor<100x64xf32> -> tensor<4x64x32xf32>
// WIDE: h3.linear ins({{.*}} : tensor<?x64xf32>, tensor<4x64x32xf32>)
func.func @linear(%x: tensor<?x64xf32>, %w: tensor<100x64xf32>, %init: tensor<?x100xf32>) -> tensor<?x100xf32> {
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<100x64xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return %0 : tensor<?x100xf32>
}

// A tied head: the table is a weight as well and is stored once, in panels.
// CHECK-LABEL: @tied
// CHECK: %[[W:.*]] = h3.get_parameter @head
// CHECK: %[[P:.*]] = h3.pack_panels %[[W]] : tensor<100x64xf32> -> tensor<7x64x16xf32>
// CHECK: h3.embedding ins(%{{.*}}, %[[P]] : tensor<?xi32>, tensor<7x64x16xf32>)
// CHECK: h3.linear ins({{.*}} : tensor<?x64xf32>, tensor<7x64x16xf32>)
func.func @tied(%ids: tensor<?xi32>, %init: tensor<?x64xf32>, %logits: tensor<?x100xf32>) -> tensor<?x100xf32> {
  %w = h3.get_parameter @head : tensor<100x64xf32>
  %0 = h3.embedding ins(%ids, %w : tensor<?xi32>, tensor<100x64xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  %1 = h3.linear ins(%0, %w : tensor<?x64xf32>, tensor<100x64xf32>) outs(%logits : tensor<?x100xf32>) -> tensor<?x100xf32>
  return %1 : tensor<?x100xf32>
}

// Rows of a table that is no weight are read where they are, packed weights and
// layers on memrefs are as they should be.
// CHECK-LABEL: @untouched
// CHECK-NOT: h3.pack_panels
// CHECK: h3.embedding ins({{.*}} : tensor<?xi32>, tensor<100x64xf32>)
// CHECK: h3.linear ins({{.*}} : tensor<?x64xf32>, tensor<7x64x16xf32>)
// CHECK: h3.linear ins({{.*}} : memref<?x64xf32>, memref<100x64xf32>)
func.func @untouched(%ids: tensor<?xi32>, %init: tensor<?x64xf32>, %packed: tensor<7x64x16xf32>, %logits: tensor<?x100xf32>,
                     %x: memref<?x64xf32>, %w: memref<100x64xf32>, %y: memref<?x100xf32>) -> tensor<?x100xf32> {
  %table = h3.get_parameter @table : tensor<100x64xf32>
  %0 = h3.embedding ins(%ids, %table : tensor<?xi32>, tensor<100x64xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  %1 = h3.linear ins(%0, %packed : tensor<?x64xf32>, tensor<7x64x16xf32>) outs(%logits : tensor<?x100xf32>) -> tensor<?x100xf32>
  h3.linear ins(%x, %w : memref<?x64xf32>, memref<100x64xf32>) outs(%y : memref<?x100xf32>)
  return %1 : tensor<?x100xf32>
}
