// RUN: h3-opt %s --h3-convert-to-gpu --canonicalize --cse --h3-verify-phase=phase=gpu -split-input-file | FileCheck %s

// A layer for the library stays and has no kernel; the other has one.
// CHECK: gpu.module @kernels {
// CHECK-COUNT-1: gpu.func
// CHECK-NOT: gpu.func
// CHECK: func.func @step(
// CHECK: scf.if
// CHECK: gpu.launch_func @kernels::@linear
// CHECK: } else {
// CHECK-NEXT: h3.linear {library} ins(%arg0, %arg1 : memref<?x64xf32>, memref<96x64xf32>) outs(%arg2 : memref<?x96xf32>)
// CHECK-NEXT: }
func.func @step(%x: memref<?x64xf32>, %w: memref<96x64xf32>, %y: memref<?x96xf32>, %few: i1) {
  scf.if %few {
    h3.linear ins(%x, %w : memref<?x64xf32>, memref<96x64xf32>) outs(%y : memref<?x96xf32>)
  } else {
    h3.linear {library} ins(%x, %w : memref<?x64xf32>, memref<96x64xf32>) outs(%y : memref<?x96xf32>)
  }
  return
}

// -----

// Four floats become four halves, a block for each row.
// CHECK: gpu.func @round_rows(
// CHECK: %[[ROW:.*]] = gpu.block_id x
// CHECK: scf.for %[[A:.*]] = %{{.*}} to %c16 step %c256 {
// CHECK: %[[C:.*]] = arith.muli %[[A]], %c4 : index
// CHECK: %[[X:.*]] = vector.load %arg0[%[[ROW]], %[[C]]] {alignment = 16 : i64} : memref<?x64xf32>, vector<4xf32>
// CHECK: %[[H:.*]] = arith.truncf %[[X]] : vector<4xf32> to vector<4xbf16>
// CHECK: vector.store %[[H]], %arg1[%[[ROW]], %[[C]]] {alignment = 8 : i64} : memref<?x64xbf16>, vector<4xbf16>
// CHECK: gpu.launch_func @kernels::@round_rows blocks in (%{{.*}}, %c1, %c1) threads in (%c256, %c1, %c1)
func.func @round(%x: memref<?x64xf32>, %y: memref<?x64xbf16>) {
  h3.round_rows ins(%x : memref<?x64xf32>) outs(%y : memref<?x64xbf16>)
  return
}

// -----

// Rows of six floats start at multiples of eight bytes.
// CHECK: gpu.func @round_rows(
// CHECK: vector.load %arg0[{{.*}}] {alignment = 8 : i64} : memref<?x6xf32>, vector<2xf32>
// CHECK: vector.store {{.*}} {alignment = 4 : i64} : memref<?x6xf16>, vector<2xf16>
func.func @round(%x: memref<?x6xf32>, %y: memref<?x6xf16>) {
  h3.round_rows ins(%x : memref<?x6xf32>) outs(%y : memref<?x6xf16>)
  return
}

// -----

// Eight values at a time, times the scale of their row, which is read once.
// CHECK: gpu.func @dequantize(
// CHECK: %[[ROW:.*]] = gpu.block_id x
// CHECK: %[[SCALE:.*]] = memref.load %arg1[%[[ROW]]] : memref<96xf32>
// CHECK: scf.for %{{.*}} = %{{.*}} to %c8 step %c256 {
// CHECK: vector.load %arg0[%[[ROW]], %[[C:.*]]] {alignment = 8 : i64} : memref<96x64xi8>, vector<8xi8>
// CHECK-COUNT-8: arith.sitofp
// CHECK: %[[ALL:.*]] = vector.broadcast %[[SCALE]] : f32 to vector<8xf32>
// CHECK: %[[VALUES:.*]] = arith.mulf %{{.*}}, %[[ALL]] : vector<8xf32>
// CHECK: %[[H:.*]] = arith.truncf %[[VALUES]] : vector<8xf32> to vector<8xf16>
// CHECK: vector.store %[[H]], %arg2[%[[ROW]], %[[C]]] {alignment = 16 : i64} : memref<96x64xf16>, vector<8xf16>
// CHECK: gpu.launch_func @kernels::@dequantize blocks in (%c96, %c1, %c1) threads in
func.func @rows(%q: memref<96x64xi8>, %s: memref<96xf32>, %y: memref<96x64xf16>) {
  h3.dequantize ins(%q, %s : memref<96x64xi8>, memref<96xf32>) outs(%y : memref<96x64xf16>)
  return
}

// -----

// Or times that of their group of 32.
// CHECK: gpu.func @dequantize(
// CHECK: %[[C:.*]] = arith.muli %{{.*}}, %c8 : index
// CHECK: %[[GROUP:.*]] = arith.divui %[[C]], %c32 : index
// CHECK: memref.load %arg1[%{{.*}}, %[[GROUP]]] : memref<96x2xf16>
// CHECK: vector.load %arg0[{{.*}}] {alignment = 4 : i64} : memref<96x32xi8>, vector<4xi8>
// CHECK-COUNT-8: arith.sitofp
// CHECK: vector.store
func.func @groups(%q: memref<96x32xi8>, %s: memref<96x2xf16>, %y: memref<96x64xf16>) {
  h3.dequantize ins(%q, %s : memref<96x32xi8>, memref<96x2xf16>) outs(%y : memref<96x64xf16>)
  return
}
