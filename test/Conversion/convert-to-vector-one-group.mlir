// RUN: h3-opt %s --h3-convert-to-vector | FileCheck %s

// A single group of 32 columns has one sum, that of the row.
// CHECK-LABEL: @one_group
// CHECK: %[[BYTES:.*]] = arith.trunci
// CHECK: %[[PAIRED:.*]] = vector.shuffle %[[BYTES]], %{{.*}} [0, 2, 4, 6, 1, 3, 5, 7,
// CHECK: vector.store %[[PAIRED]], %arg1
// CHECK: %[[SUM:.*]] = vector.reduction <add>
// CHECK: memref.store %[[SUM]], %arg3
func.func @one_group(%x: memref<?x32xf32>, %q: memref<?x32xi8>, %s: memref<?xf32>, %n: memref<?x1xi32>) {
  h3.quantize_rows {paired} ins(%x : memref<?x32xf32>) outs(%q, %s, %n : memref<?x32xi8>, memref<?xf32>, memref<?x1xi32>)
  return
}
