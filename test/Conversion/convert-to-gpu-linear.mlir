// RUN: split-file %s %t
// RUN: h3-opt %t/good.mlir --h3-convert-to-gpu --canonicalize --cse -split-input-file | FileCheck %t/good.mlir --implicit-check-not="{{ h3\.}}"
// RUN: not h3-opt %t/packed.mlir --h3-convert-to-gpu 2>&1 | FileCheck %s --check-prefix=PACKED

// PACKED: error: 'h3.linear' is left after h3-convert-to-gpu; it must be on memrefs, its weight in rows, its form a recurrence, and the kernel of a convolution in time

//--- packed.mlir
func.func @packed(%x: memref<?x5xf32>, %w: memref<2x5x16xf32>, %y: memref<?x32xf32>) {
  h3.linear ins(%x, %w : memref<?x5xf32>, memref<2x5x16xf32>) outs(%y : memref<?x32xf32>)
  return
}

//--- good.mlir
// A warp for each of 19 features, so three blocks of eight warps; the warps
// behind the last feature repeat it. A single row has a path of its own with one
// sum, others go in tiles of eight, rows behind the last repeating it. A
// multiple of four values is read 16 bytes at a time, where there are any. For
// one row the weight is on its way before the inputs come to shared memory, 128
// of a row, zeros behind its end; for several it follows them. A thread for each sum of the block stores it, so that
// neighbours store neighbours.
// CHECK: gpu.func @linear(%arg0: memref<?x8xf32>, %arg1: memref<19x8xf32>, %arg2: memref<?x19xf32>)
// CHECK-SAME: workgroup(%[[STAGED:.*]] : memref<8x128xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}, %[[SUMS:.*]] : memref<8x8xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}) kernel attributes {known_block_size = array<i32: 256, 1, 1>} {
// CHECK: %[[ROWS:.*]] = memref.dim %arg0, %c0 : memref<?x8xf32>
// CHECK: %[[BLOCK:.*]] = gpu.block_id x
// CHECK: %[[FIRST:.*]] = arith.muli %[[BLOCK]], %c8 : index
// CHECK: %[[THREAD:.*]] = gpu.thread_id x
// CHECK: %[[WARP:.*]] = arith.divui %[[THREAD]], %c32 : index
// CHECK: %[[OWN:.*]] = arith.addi %[[FIRST]], %[[WARP]] : index
// CHECK: %[[FEATURE:.*]] = arith.minui %[[OWN]], %c18 : index
// CHECK: %[[SINGLE:.*]] = arith.cmpi eq, %[[ROWS]], %c1 : index
// CHECK: scf.if %[[SINGLE]] {
// CHECK: %[[LANE:.*]] = arith.remui %[[THREAD]], %c32 : index
// CHECK: %[[K:.*]] = arith.muli %[[LANE]], %c4 : index
// CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %[[K]], %c8 : index
// CHECK: %[[W:.*]] = scf.if %[[INSIDE]] -> (vector<4xf32>) {
// CHECK-NEXT: %[[LOADED:.*]] = vector.load %arg1[%[[FEATURE]], %[[K]]] {alignment = 16 : i64} : memref<19x8xf32>, vector<4xf32>
// CHECK-NEXT: scf.yield %[[LOADED]]
// CHECK-NEXT: } else {
// CHECK-NEXT: scf.yield %cst{{.*}} : vector<4xf32>
// CHECK: scf.for %[[U:.*]] = %[[THREAD]] to %c32 step %c256 {
// CHECK: %[[I:.*]] = arith.divui %[[U]], %c32 : index
// CHECK: %[[IN_ROW:.*]] = arith.remui %[[U]], %c32 : index
// CHECK: %[[IN_K:.*]] = arith.muli %[[IN_ROW]], %c4 : index
// CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %[[IN_K]], %c8 : index
// CHECK: %[[X:.*]] = scf.if %[[INSIDE]] -> (vector<4xf32>) {
// CHECK: %[[LAST:.*]] = arith.subi %[[ROWS]], %c1 : index
// CHECK: %[[ROW:.*]] = arith.minui %[[I]], %[[LAST]] : index
// CHECK: vector.load %arg0[%[[ROW]], %[[IN_K]]] {alignment = 16 : i64} : memref<?x8xf32>, vector<4xf32>
// CHECK: vector.store %[[X]], %[[STAGED]][%[[I]], %[[IN_K]]] {alignment = 16 : i64} : memref<8x128xf32, #gpu.address_space<workgroup>>, vector<4xf32>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK: %[[W0:.*]] = vector.extract %[[W]][0]
// CHECK: %[[X4:.*]] = vector.load %[[STAGED]][%c0, %[[K]]] {alignment = 16 : i64}
// CHECK: %[[X0:.*]] = vector.extract %[[X4]][0]
// CHECK: math.fma %[[X0]], %[[W0]], %{{.*}} : f32
// CHECK-COUNT-2: math.fma
// CHECK: %[[SUM:.*]] = math.fma
// CHECK-NOT: math.fma
// CHECK: gpu.barrier
// CHECK: gpu.shuffle xor %[[SUM]], %c16_i32, %c32_i32 : f32
// CHECK: gpu.shuffle xor %{{.*}}, %c8_i32, %c32_i32 : f32
// CHECK: gpu.shuffle xor %{{.*}}, %c4_i32, %c32_i32 : f32
// CHECK: gpu.shuffle xor %{{.*}}, %c2_i32, %c32_i32 : f32
// CHECK: gpu.shuffle xor %[[HALF:.*]], %c1_i32, %c32_i32 : f32
// CHECK: %[[TOTAL:.*]] = arith.addf %[[HALF]], %{{.*}} : f32
// CHECK-NOT: gpu.shuffle
// CHECK: %[[IS_FIRST:.*]] = arith.cmpi eq, %[[LANE]], %c0 : index
// CHECK: scf.if %[[IS_FIRST]] {
// CHECK-NEXT: memref.store %[[TOTAL]], %[[SUMS]][%c0, %[[WARP]]]
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK: %[[I:.*]] = arith.divui %[[THREAD]], %c8 : index
// CHECK: %[[F:.*]] = arith.remui %[[THREAD]], %c8 : index
// CHECK: %[[COLUMN:.*]] = arith.addi %[[FIRST]], %[[F]] : index
// CHECK: %[[IS_FEATURE:.*]] = arith.cmpi ult, %[[COLUMN]], %c19 : index
// CHECK: %[[IS_ROW:.*]] = arith.cmpi ult, %[[I]], %[[ROWS]] : index
// CHECK: %[[BOTH:.*]] = arith.andi %[[IS_ROW]], %[[IS_FEATURE]] : i1
// CHECK: %[[IN_TILE:.*]] = arith.cmpi ult, %[[I]], %c1 : index
// CHECK: %[[STORES:.*]] = arith.andi %[[IN_TILE]], %[[BOTH]] : i1
// CHECK: scf.if %[[STORES]] {
// CHECK-NEXT: %[[RESULT:.*]] = memref.load %[[SUMS]][%[[I]], %[[F]]]
// CHECK-NEXT: memref.store %[[RESULT]], %arg2[%[[I]], %[[COLUMN]]] : memref<?x19xf32>
// CHECK-NEXT: }
// CHECK-NEXT: } else {
// CHECK: %[[TILE:.*]] = gpu.block_id y
// CHECK: %[[ROW0:.*]] = arith.muli %[[TILE]], %c8 : index
// CHECK: scf.for %[[U:.*]] = %[[THREAD]] to %c256 step %c256 {
// CHECK: %[[I:.*]] = arith.divui %[[U]], %c32 : index
// CHECK: %[[LAST:.*]] = arith.subi %[[ROWS]], %c1 : index
// CHECK: %[[ROW:.*]] = arith.addi %[[ROW0]], %[[I]] : index
// CHECK: %[[SOURCE:.*]] = arith.minui %[[ROW]], %[[LAST]] : index
// CHECK: vector.load %arg0[%[[SOURCE]], %{{.*}}] {alignment = 16 : i64} : memref<?x8xf32>, vector<4xf32>
// CHECK: gpu.barrier
// CHECK: vector.load %arg1[%[[FEATURE]], %{{.*}}] {alignment = 16 : i64} : memref<19x8xf32>, vector<4xf32>
// CHECK-COUNT-8: vector.load %[[STAGED]][%{{.*}}] {alignment = 16 : i64}
// CHECK-NOT: vector.load
// CHECK: gpu.barrier
// CHECK: memref.store %{{.*}}, %[[SUMS]][%c0, %[[WARP]]]
// CHECK-COUNT-5: gpu.shuffle xor
// CHECK: memref.store %{{.*}}, %[[SUMS]][%c1, %[[WARP]]]
// CHECK-COUNT-5: gpu.shuffle xor
// CHECK-COUNT-5: memref.store %{{.*}}, %[[SUMS]][
// CHECK-COUNT-5: gpu.shuffle xor
// CHECK: memref.store %{{.*}}, %[[SUMS]][%c7, %[[WARP]]]
// CHECK-NOT: gpu.shuffle
// CHECK: gpu.barrier
// CHECK: %[[ROW:.*]] = arith.addi %[[ROW0]], %{{.*}} : index
// CHECK: arith.cmpi ult, %[[ROW]], %[[ROWS]] : index
// CHECK: arith.cmpi ult, %{{.*}}, %c8 : index
// CHECK: memref.load %[[SUMS]][
// CHECK-NEXT: memref.store %{{.*}}, %arg2[%[[ROW]], %{{.*}}] : memref<?x19xf32>
// CHECK-NOT: memref.store
// CHECK: %[[UP:.*]] = arith.addi %{{.*}}, %c7 : index
// CHECK: %[[TILES:.*]] = arith.divui %[[UP]], %c8 : index
// CHECK: gpu.launch_func @kernels::@linear blocks in (%c3, %[[TILES]], %c1{{.*}}) threads in (%c256, %c1{{.*}}, %c1{{.*}}) args(%arg0 : memref<?x8xf32>, %arg1 : memref<19x8xf32>, %arg2 : memref<?x19xf32>)
func.func @linear(%x: memref<?x8xf32>, %w: memref<19x8xf32>, %y: memref<?x19xf32>) {
  h3.linear ins(%x, %w : memref<?x8xf32>, memref<19x8xf32>) outs(%y : memref<?x19xf32>)
  return
}

// -----

// Rows of five floats do not start at multiples of 16 bytes: one at a time, by
// the first five lanes.
// CHECK: gpu.func @linear(
// CHECK-NOT: vector<4xf32>
// CHECK: %[[K:.*]] = arith.remui %{{.*}}, %c32 : index
// CHECK: arith.cmpi ult, %[[K]], %c5 : index
// CHECK: vector.load %arg1[%{{.*}}, %[[K]]] {alignment = 4 : i64} : memref<8x5xf32>, vector<1xf32>
// CHECK: %[[IN_K:.*]] = arith.remui %{{.*}}, %c32 : index
// CHECK: vector.load %arg0[%{{.*}}, %[[IN_K]]] {alignment = 4 : i64} : memref<?x5xf32>, vector<1xf32>
// CHECK: math.fma
// CHECK-NOT: math.fma
// CHECK: gpu.shuffle
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
// CHECK: %[[GATE:.*]] = arith.addf %[[TANH]], %{{.*}} : f32
// CHECK: %[[ACTIVE:.*]] = arith.mulf %{{.*}}, %[[GATE]] : f32
// CHECK: %[[FORMER:.*]] = memref.load %arg3[%[[ROW:.*]], %[[FEATURE]]]
// CHECK: %[[RESULT:.*]] = arith.addf %[[ACTIVE]], %[[FORMER]] : f32
// CHECK: memref.store %[[RESULT]], %arg3[%[[ROW]], %[[FEATURE]]]
// CHECK: } else {
// CHECK: memref.load %arg2[%[[FEATURE:.*]]] : memref<8xf32>
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
// CHECK-NOT: {{math.tanh|memref.load %arg[0-2]\[}}
// CHECK: gpu.return
func.func @no_epilogue(%x: memref<?x4xf32>, %w: memref<8x4xf32>, %y: memref<?x8xf32>) {
  h3.linear ins(%x, %w : memref<?x4xf32>, memref<8x4xf32>) outs(%y : memref<?x8xf32>)
  return
}
