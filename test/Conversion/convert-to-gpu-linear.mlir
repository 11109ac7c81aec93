// RUN: split-file %s %t
// RUN: h3-opt %t/good.mlir --h3-convert-to-gpu -split-input-file | FileCheck %t/good.mlir --implicit-check-not="{{ h3\.}}"
// RUN: not h3-opt %t/packed.mlir --h3-convert-to-gpu 2>&1 | FileCheck %s --check-prefix=PACKED

// PACKED: error: 'h3.linear' is left after h3-convert-to-gpu; it must be on memrefs, its weight in rows and its form a recurrence

//--- packed.mlir
func.func @packed(%x: memref<?x5xf32>, %w: memref<2x5x16xf32>, %y: memref<?x32xf32>) {
  h3.linear ins(%x, %w : memref<?x5xf32>, memref<2x5x16xf32>) outs(%y : memref<?x32xf32>)
  return
}

//--- good.mlir
// A warp for each of 19 features, so three blocks of eight warps; the warps
// behind the last feature do nothing. A single row has a path of its own with
// one sum, others go in tiles of eight, rows behind the last repeating it. A
// multiple of four inputs is read 16 bytes at a time. Lane i stores row i.
// CHECK: gpu.func @linear(%arg0: memref<?x8xf32>, %arg1: memref<19x8xf32>, %arg2: memref<?x19xf32>) kernel attributes {known_block_size = array<i32: 256, 1, 1>} {
// CHECK: %[[WARP:.*]] = arith.divui %{{.*}}, %c32 : index
// CHECK: %[[BLOCK:.*]] = gpu.block_id x
// CHECK: %[[FIRST:.*]] = arith.muli %[[BLOCK]], %c8 : index
// CHECK: %[[FEATURE:.*]] = arith.addi %[[FIRST]], %[[WARP]] : index
// CHECK: %[[ROWS:.*]] = memref.dim %arg0, %c0 : memref<?x8xf32>
// CHECK: %[[EXISTS:.*]] = arith.cmpi ult, %[[FEATURE]], %c19 : index
// CHECK: scf.if %[[EXISTS]] {
// CHECK: %[[SINGLE:.*]] = arith.cmpi eq, %[[ROWS]], %c1 : index
// CHECK: scf.if %[[SINGLE]] {
// CHECK: %[[OWN:.*]] = arith.muli %{{.*}}, %c4 : index
// CHECK: %[[SUM:.*]] = scf.for %[[K:.*]] = %[[OWN]] to %c8{{.*}} step %c128 iter_args(%[[FORMER:.*]] = %{{.*}}) -> (f32) {
// CHECK: %[[W:.*]] = vector.load %arg1[%[[FEATURE]], %[[K]]] {alignment = 16 : i64} : memref<19x8xf32>, vector<4xf32>
// CHECK: %[[X:.*]] = vector.load %arg0[%{{.*}}, %[[K]]] {alignment = 16 : i64} : memref<?x8xf32>, vector<4xf32>
// CHECK: %[[W0:.*]] = vector.extract %[[W]][0]
// CHECK: %[[X0:.*]] = vector.extract %[[X]][0]
// CHECK: math.fma %[[X0]], %[[W0]], %[[FORMER]] : f32
// CHECK-COUNT-3: math.fma
// CHECK-NOT: math.fma
// CHECK: gpu.shuffle xor %[[SUM]], %c16_i32, %c32_i32{{.*}} : f32
// CHECK: gpu.shuffle xor %{{.*}}, %c8_i32, %c32_i32{{.*}} : f32
// CHECK: gpu.shuffle xor %{{.*}}, %c4_i32, %c32_i32{{.*}} : f32
// CHECK: gpu.shuffle xor %{{.*}}, %c2_i32, %c32_i32{{.*}} : f32
// CHECK: gpu.shuffle xor %[[HALF:.*]], %c1_i32, %c32_i32{{.*}} : f32
// CHECK: %[[TOTAL:.*]] = arith.addf %[[HALF]], %{{.*}} : f32
// CHECK-NOT: gpu.shuffle
// CHECK: memref.store %[[TOTAL]], %arg2[%{{.*}}, %[[FEATURE]]]
// CHECK: } else {
// CHECK: %[[TILE:.*]] = gpu.block_id y
// CHECK: %[[ROW0:.*]] = arith.muli %[[TILE]], %c8{{.*}} : index
// CHECK: %[[LAST:.*]] = arith.subi %[[ROWS]], %c1{{.*}} : index
// CHECK-COUNT-8: arith.minui %{{.*}}, %[[LAST]] : index
// CHECK: %[[LANE:.*]] = arith.remui
// CHECK: %[[SUMS:.*]]:8 = scf.for {{.*}} -> (f32, f32, f32, f32, f32, f32, f32, f32) {
// CHECK: vector.load %arg1[%[[FEATURE]], %{{.*}}] {alignment = 16 : i64} : memref<19x8xf32>, vector<4xf32>
// CHECK-COUNT-8: vector.load %arg0[{{.*}}] {alignment = 16 : i64} : memref<?x8xf32>, vector<4xf32>
// CHECK-NOT: vector.load
// CHECK: gpu.shuffle xor %[[SUMS]]#0, %c16_i32
// CHECK-COUNT-4: gpu.shuffle xor
// CHECK: gpu.shuffle xor %[[SUMS]]#1, %c16_i32
// CHECK-COUNT-4: gpu.shuffle xor
// CHECK: %[[SECOND:.*]] = arith.cmpi eq, %[[LANE]], %c1{{.*}} : index
// CHECK: arith.select %[[SECOND]], %{{.*}}, %{{.*}} : f32
// CHECK: gpu.shuffle xor %[[SUMS]]#7, %c16_i32
// CHECK-COUNT-4: gpu.shuffle xor
// CHECK-NOT: gpu.shuffle
// CHECK: %[[EIGHTH:.*]] = arith.cmpi eq, %[[LANE]], %c7{{.*}} : index
// CHECK: %[[MINE:.*]] = arith.select %[[EIGHTH]], %{{.*}}, %{{.*}} : f32
// CHECK: %[[ROW:.*]] = arith.addi %[[ROW0]], %[[LANE]] : index
// CHECK: %[[BEFORE_END:.*]] = arith.cmpi ult, %[[ROW]], %[[ROWS]] : index
// CHECK: %[[HAS_ROW:.*]] = arith.cmpi ult, %[[LANE]], %c8{{.*}} : index
// CHECK: %[[STORES:.*]] = arith.andi %[[HAS_ROW]], %[[BEFORE_END]] : i1
// CHECK: scf.if %[[STORES]] {
// CHECK-NEXT: memref.store %[[MINE]], %arg2[%[[ROW]], %[[FEATURE]]] : memref<?x19xf32>
// CHECK-NEXT: }
// CHECK: func.func @linear(
// CHECK: %[[ROWS:.*]] = memref.dim %arg0, %c0 : memref<?x8xf32>
// CHECK: %[[UP:.*]] = arith.addi %[[ROWS]], %c7 : index
// CHECK: %[[TILES:.*]] = arith.divui %[[UP]], %c8 : index
// CHECK: gpu.launch_func @kernels::@linear blocks in (%c3, %[[TILES]], %c1{{.*}}) threads in (%c256, %c1{{.*}}, %c1{{.*}}) args(%arg0 : memref<?x8xf32>, %arg1 : memref<19x8xf32>, %arg2 : memref<?x19xf32>)
func.func @linear(%x: memref<?x8xf32>, %w: memref<19x8xf32>, %y: memref<?x19xf32>) {
  h3.linear ins(%x, %w : memref<?x8xf32>, memref<19x8xf32>) outs(%y : memref<?x19xf32>)
  return
}

// -----

// Rows of five floats do not start at multiples of 16 bytes: one at a time. A
// lane's next input is 32 further.
// CHECK: gpu.func @linear(
// CHECK-NOT: vector<4xf32>
// CHECK: scf.for %[[K:.*]] = %{{.*}} to %c5 step %c32{{.*}} iter_args
// CHECK: vector.load %arg1[%{{.*}}, %[[K]]] {alignment = 4 : i64} : memref<8x5xf32>, vector<1xf32>
// CHECK: vector.load %arg0[%{{.*}}, %[[K]]] {alignment = 4 : i64} : memref<?x5xf32>, vector<1xf32>
// CHECK: math.fma
// CHECK-NEXT: scf.yield
// CHECK-NOT: vector<4xf32>
// CHECK: gpu.launch_func @kernels::@linear blocks in (%c1, %{{.*}}, %c1{{.*}}) threads in (%c256,
func.func @scalar(%x: memref<?x5xf32>, %w: memref<8x5xf32>, %y: memref<?x8xf32>) {
  h3.linear ins(%x, %w : memref<?x5xf32>, memref<8x5xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// Sum, bias, activation, former output, in this order, on both paths.
// CHECK: gpu.func @linear(
// CHECK: %[[BIAS:.*]] = memref.load %arg2[%[[FEATURE:.*]]] : memref<8xf32>
// CHECK: %[[BIASED:.*]] = arith.addf %{{.*}}, %[[BIAS]] : f32
// CHECK: arith.mulf %[[BIASED]], %[[BIASED]] : f32
// CHECK: %[[TANH:.*]] = math.tanh %{{.*}} : f32
// CHECK: %[[GATE:.*]] = arith.addf %{{.*}}, %[[TANH]] : f32
// CHECK: %[[ACTIVE:.*]] = arith.mulf %{{.*}}, %[[GATE]] : f32
// CHECK: %[[FORMER:.*]] = memref.load %arg3[%[[ROW:.*]], %[[FEATURE]]]
// CHECK: %[[RESULT:.*]] = arith.addf %[[ACTIVE]], %[[FORMER]] : f32
// CHECK: memref.store %[[RESULT]], %arg3[%[[ROW]], %[[FEATURE]]]
// CHECK: } else {
// CHECK: memref.load %arg2[%[[FEATURE]]]
// CHECK: math.tanh
// CHECK: %[[FORMER:.*]] = memref.load %arg3[%[[ROW:.*]], %[[FEATURE]]]
// CHECK: %[[RESULT:.*]] = arith.addf %{{.*}}, %[[FORMER]] : f32
// CHECK: memref.store %[[RESULT]], %arg3[%[[ROW]], %[[FEATURE]]]
func.func @epilogue(%x: memref<?x4xf32>, %w: memref<8x4xf32>, %b: memref<8xf32>, %y: memref<?x8xf32>) {
  h3.linear {accumulate, gelu} ins(%x, %w : memref<?x4xf32>, memref<8x4xf32>) bias(%b : memref<8xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// Without them there is only the sum.
// CHECK: gpu.func @linear(
// CHECK-NOT: math.tanh
// CHECK-NOT: memref.load
// CHECK: gpu.return
func.func @no_epilogue(%x: memref<?x4xf32>, %w: memref<8x4xf32>, %y: memref<?x8xf32>) {
  h3.linear ins(%x, %w : memref<?x4xf32>, memref<8x4xf32>) outs(%y : memref<?x8xf32>)
  return
}
