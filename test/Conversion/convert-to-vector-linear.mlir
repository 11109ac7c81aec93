// RUN: h3-opt %s --h3-convert-to-vector=tile-rows=2 -split-input-file | FileCheck %s

// One task per panel and block of rows. Rows go in tiles of nearly equal height,
// the first ones a row higher: tile t starts at t * height + min(t, higher), and
// a block has its share of them. A switch has a case for each height, with one
// sum per row and vector of the panel.
// CHECK-LABEL: @tiles
// CHECK: %[[ROWS:.*]] = memref.dim %arg0
// CHECK: %[[TILES:.*]] = arith.ceildivui %[[ROWS]]
// CHECK: %[[BLOCKS:.*]] = arith.ceildivui %[[TILES]]
// CHECK: %[[PANELS:.*]] = arith.constant 2 : index
// CHECK: scf.parallel (%[[BLOCK:.*]], %[[PANEL:.*]]) = (%{{.*}}) to (%[[BLOCKS]], %[[PANELS]]) step
// CHECK-DAG: %[[HEIGHT:.*]] = arith.divui %[[ROWS]], %[[TILES]]
// CHECK-DAG: %[[HIGHER:.*]] = arith.remui %[[ROWS]], %[[TILES]]
// CHECK-DAG: %[[NEXT:.*]] = arith.addi %[[BLOCK]], %{{.*}}
// CHECK-DAG: %[[TO_BLOCKS:.*]] = arith.muli %[[NEXT]], %[[TILES]]
// CHECK-DAG: %[[TO:.*]] = arith.divui %[[TO_BLOCKS]], %[[BLOCKS]]
// CHECK-DAG: %[[FROM_BLOCKS:.*]] = arith.muli %[[BLOCK]], %[[TILES]]
// CHECK-DAG: %[[FROM:.*]] = arith.divui %[[FROM_BLOCKS]], %[[BLOCKS]]
// CHECK: scf.for %[[TILE:.*]] = %[[FROM]] to %[[TO]] step
// CHECK-DAG: arith.cmpi ult, %[[TILE]], %[[HIGHER]]
// CHECK-DAG: %[[BEFORE:.*]] = arith.minui %[[TILE]], %[[HIGHER]]
// CHECK-DAG: %[[EQUAL:.*]] = arith.muli %[[TILE]], %[[HEIGHT]]
// CHECK-DAG: %[[FIRST:.*]] = arith.addi %[[EQUAL]], %[[BEFORE]]
// CHECK-DAG: %[[COUNT:.*]] = arith.addi %[[HEIGHT]], %{{.*}}
// CHECK: scf.index_switch %[[COUNT]]
// CHECK: case 1 {
// CHECK: %[[ROW:.*]] = arith.addi %[[FIRST]]
// CHECK: %[[K:.*]] = arith.constant 5 : index
// CHECK: scf.for %[[COLUMN:.*]] = %{{.*}} to %[[K]] step {{.*}} -> (vector<8xf32>, vector<8xf32>)
// CHECK: memref.prefetch %{{.*}}, read, locality<2>
// CHECK-COUNT-2: vector.load %arg1[%[[PANEL]], %[[COLUMN]], %{{.*}}] : memref<2x5x16xf32>, vector<8xf32>
// CHECK: memref.load %arg0[%[[ROW]], %[[COLUMN]]]
// CHECK-COUNT-2: math.fma
// CHECK: scf.yield
// CHECK-COUNT-2: vector.store %{{.*}}, %arg2[%[[ROW]], %{{.*}}]
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

// -----

// Steps go in rounds of as many as divide them, four at most, each with a fetch
// of what a later step reads: a line of 64 bytes, or two where steps are wider.
// Products still reach a sum one after the other.
// CHECK-LABEL: @rounds_of_four
// CHECK: case 1 {
// CHECK: %[[FOUR:.*]] = arith.constant 4 : index
// CHECK: scf.for %[[K:.*]] = %{{.*}} to %{{.*}} step %[[FOUR]] iter_args(%[[SUM:.*]] = %{{.*}}) -> (vector<8xf32>)
// CHECK: vector.load %arg1[%{{.*}}, %[[K]],
// CHECK: %[[S0:.*]] = math.fma %{{.*}}, %{{.*}}, %[[SUM]]
// CHECK: %[[K1:.*]] = arith.addi %[[K]],
// CHECK: vector.load %arg1[%{{.*}}, %[[K1]],
// CHECK: %[[S1:.*]] = math.fma %{{.*}}, %{{.*}}, %[[S0]]
// CHECK: %[[S2:.*]] = math.fma %{{.*}}, %{{.*}}, %[[S1]]
// CHECK: %[[S3:.*]] = math.fma %{{.*}}, %{{.*}}, %[[S2]]
// CHECK-NOT: math.fma
// CHECK: scf.yield %[[S3]]
func.func @rounds_of_four(%x: memref<?x12xf32>, %w: memref<2x12x8xf32>, %y: memref<?x16xf32>) {
  h3.linear ins(%x, %w : memref<?x12xf32>, memref<2x12x8xf32>) outs(%y : memref<?x16xf32>)
  return
}

// -----

// What is fetched: of a tile alone in its block 8 KB ahead, in the order in which
// panels are read; of several the tile's share of the following panel, the first
// behind the last one, a stride of a step's values divided by the tiles.
// CHECK-LABEL: @panels_on_their_way
// CHECK: scf.parallel (%{{.*}}, %[[PANEL:.*]]) =
// CHECK: %[[TILES:.*]] = arith.subi
// CHECK: %[[TILE:.*]] = arith.subi
// CHECK: case 1 {
// CHECK: %[[VALUES:.*]] = memref.collapse_shape %arg1 {{.*}} into memref<480xf32>
// CHECK: %[[ALONE:.*]] = arith.cmpi eq, %[[TILES]], %{{.*}}
// CHECK: %[[SIZE:.*]] = arith.constant 160 : index
// CHECK: %[[HERE:.*]] = arith.muli %[[PANEL]], %[[SIZE]]
// CHECK: %[[AHEAD:.*]] = arith.constant 2048 : index
// CHECK: %[[SOON:.*]] = arith.addi %[[HERE]], %[[AHEAD]]
// CHECK: %[[NEXT:.*]] = arith.addi %[[PANEL]], %{{.*}}
// CHECK: %[[PANELS:.*]] = arith.constant 3 : index
// CHECK: %[[FOLLOWING:.*]] = arith.remui %[[NEXT]], %[[PANELS]]
// CHECK: %[[SHARES:.*]] = arith.muli %[[TILE]], %{{.*}}
// CHECK: %[[SHARE:.*]] = arith.divui %[[SHARES]], %[[TILES]]
// CHECK: %[[THERE:.*]] = arith.muli %[[FOLLOWING]], %{{.*}}
// CHECK: %[[LATER:.*]] = arith.addi %[[THERE]], %[[SHARE]]
// CHECK: %[[FIRST:.*]] = arith.select %[[ALONE]], %[[SOON]], %[[LATER]]
// CHECK: %[[STEP_SIZE:.*]] = arith.constant 32 : index
// CHECK: %[[STRIDE:.*]] = arith.ceildivui %[[STEP_SIZE]], %[[TILES]]
// CHECK: scf.for %[[STEP:.*]] = %{{.*}} iter_args
// CHECK: %[[OFFSET:.*]] = arith.muli %[[STEP]], %[[STRIDE]]
// CHECK: %[[AT:.*]] = arith.addi %[[FIRST]], %[[OFFSET]]
// CHECK: memref.prefetch %[[VALUES]]
// CHECK: %[[LINE:.*]] = arith.constant 16 : index
// CHECK: %[[AT1:.*]] = arith.addi %[[AT]], %[[LINE]]
// CHECK: memref.prefetch %[[VALUES]][%[[AT1]]]
// CHECK-NOT: memref.prefetch
// CHECK: case 2 {
func.func @panels_on_their_way(%x: memref<?x5xf32>, %w: memref<3x5x32xf32>, %y: memref<?x96xf32>) {
  h3.linear ins(%x, %w : memref<?x5xf32>, memref<3x5x32xf32>) outs(%y : memref<?x96xf32>)
  return
}

// -----

// CHECK-LABEL: @rounds_of_two
// CHECK: case 1 {
// CHECK: %[[TWO:.*]] = arith.constant 2 : index
// CHECK: scf.for %{{.*}} step %[[TWO]] iter_args
// CHECK-COUNT-4: memref.prefetch
// CHECK-NOT: memref.prefetch
// CHECK: scf.yield
func.func @rounds_of_two(%x: memref<?x6xf32>, %w: memref<1x6x32xf32>, %y: memref<?x32xf32>) {
  h3.linear ins(%x, %w : memref<?x6xf32>, memref<1x6x32xf32>) outs(%y : memref<?x32xf32>)
  return
}
