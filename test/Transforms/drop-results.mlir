// RUN: h3-opt %s --h3-drop-results -split-input-file -verify-diagnostics | FileCheck %s

// Arguments that were written in place need not be returned.
// CHECK-LABEL: func.func @in_place(
// CHECK-SAME: %{{[a-z0-9]+}}: memref<?x8xf32>, %{{[a-z0-9]+}}: memref<4xf32>) {
// CHECK-NEXT: return{{$}}
func.func @in_place(%x: memref<?x8xf32>, %y: memref<4xf32>) -> (memref<4xf32>, memref<?x8xf32>) {
  return %y, %x : memref<4xf32>, memref<?x8xf32>
}

// A function without results and a declaration stay as they are.
// CHECK: func.func private @declared() -> i32
func.func private @declared() -> i32
// CHECK-LABEL: @nothing
// CHECK-NEXT: return{{$}}
func.func @nothing() {
  return
}

// -----

// expected-error@+1 {{h3-drop-results expects result 1 to be an argument that was written in place}}
func.func @step(%x: memref<4xf32>) -> (memref<4xf32>, memref<4xf32>) {
  %a = memref.alloc() : memref<4xf32>
  return %x, %a : memref<4xf32>, memref<4xf32>
}
