// RUN: h3-opt %s --h3-convert-to-vector=tile-rows=2 -split-input-file | FileCheck %s

// One task per panel. Rows go in tiles of nearly equal height; a switch has a
// case for each, with one sum per row and vector of the panel.
// CHECK-LABEL: @tiles
// CHECK: %[[PANELS:.*]] = arith.constant 2 : index
// CHECK: scf.parallel (%[[PANEL:.*]]) = (%{{.*}}) to (%[[PANELS]]) step
// CHECK: %[[ROWS:.*]] = memref.dim %arg0
// CHECK: %[[TILES:.*]] = arith.ceildivui %[[ROWS]]
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[TILES]] step %{{.*}} iter_args(%[[FIRST:.*]] = %{{.*}}) -> (index)
// CHECK: scf.index_switch
// CHECK: case 1 {
// CHECK: %[[K:.*]] = arith.constant 5 : index
// CHECK: scf.for %[[COLUMN:.*]] = %{{.*}} to %[[K]] step {{.*}} -> (vector<8xf32>, vector<8xf32>)
// CHECK-COUNT-2: vector.load %arg1[%[[PANEL]], %[[COLUMN]], %{{.*}}] : memref<2x5x16xf32>, vector<8xf32>
// CHECK: memref.load %arg0[%{{.*}}, %[[COLUMN]]]
// CHECK-COUNT-2: math.fma
// CHECK: scf.yield
// CHECK-COUNT-2: vector.store %{{.*}}, %arg2
// CHECK: case 2 {
// CHECK: -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK-COUNT-2: vector.load %arg1
// CHECK-COUNT-4: math.fma
// CHECK-COUNT-4: vector.store
// CHECK-NOT: case
// CHECK: default {
// CHECK-NOT: vector.
// CHECK: return
func.func @tiles(%x: memref<?x5xf32>, %w: memref<2x5x16xf32>, %y: memref<?x32xf32>) {
  h3.linear ins(%x, %w : memref<?x5xf32>, memref<2x5x16xf32>) outs(%y : memref<?x32xf32>)
  return
}

// -----

// Sum, bias, activation, former output, in this order.
// CHECK-LABEL: @epilogue
// CHECK: %[[SUM:.*]] = scf.for %{{.*}} iter_args(%{{.*}}) -> (vector<8xf32>)
// CHECK: %[[BIAS:.*]] = vector.load %arg2
// CHECK: %[[BIASED:.*]] = arith.addf %[[SUM]], %[[BIAS]] : vector<8xf32>
// CHECK: arith.mulf %[[BIASED]], %[[BIASED]] : vector<8xf32>
// CHECK: %[[TANH:.*]] = math.tanh %{{.*}} : vector<8xf32>
// CHECK: %[[GATE:.*]] = arith.addf %{{.*}}, %[[TANH]] : vector<8xf32>
// CHECK: %[[ACTIVE:.*]] = arith.mulf %{{.*}}, %[[GATE]] : vector<8xf32>
// CHECK: %[[FORMER:.*]] = vector.load %arg3
// CHECK: %[[RESULT:.*]] = arith.addf %[[ACTIVE]], %[[FORMER]] : vector<8xf32>
// CHECK: vector.store %[[RESULT]], %arg3
func.func @epilogue(%x: memref<?x5xf32>, %w: memref<1x5x8xf32>, %b: memref<8xf32>, %y: memref<?x8xf32>) {
  h3.linear {accumulate, gelu} ins(%x, %w : memref<?x5xf32>, memref<1x5x8xf32>) bias(%b : memref<8xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// Without them there is only the sum.
// CHECK-LABEL: @no_epilogue
// CHECK-NOT: math.tanh
// CHECK-NOT: vector.load %arg2
// CHECK: vector.store %{{.*}}, %arg2
func.func @no_epilogue(%x: memref<?x5xf32>, %w: memref<1x5x8xf32>, %y: memref<?x8xf32>) {
  h3.linear ins(%x, %w : memref<?x5xf32>, memref<1x5x8xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// 19 output features: what stands behind the last one in a panel is not stored,
// nor is a bias read for it.
// CHECK-LABEL: @partial_panel
// CHECK: %[[END:.*]] = arith.constant 19 : index
// CHECK: %[[LEFT:.*]] = arith.subi %[[END]], %{{.*}} : index
// CHECK: %[[MASK:.*]] = vector.create_mask %[[LEFT]] : vector<8xi1>
// CHECK: vector.maskedload %arg2[%{{.*}}], %[[MASK]]
// CHECK: vector.maskedstore %arg3[%{{.*}}], %[[MASK]]
// CHECK-NOT: vector.store
func.func @partial_panel(%x: memref<?x5xf32>, %w: memref<2x5x16xf32>, %b: memref<19xf32>, %y: memref<?x19xf32>) {
  h3.linear ins(%x, %w : memref<?x5xf32>, memref<2x5x16xf32>) bias(%b : memref<19xf32>) outs(%y : memref<?x19xf32>)
  return
}
