// RUN: h3-opt %s --h3-select-form='form=recurrence available=recurrence,fft' -verify-diagnostics -split-input-file | FileCheck %s

// The cheapest of those that the target has: direct would be cheaper for few taps.
// CHECK-LABEL: @short
// CHECK: h3.long_conv form<fft>
// CHECK: h3.mixer form<recurrence>
func.func @short(%u: memref<?x8xf32>, %k: memref<3x8xf32>, %taps: memref<4x8xf32>, %skip: memref<8xf32>,
                 %modes: memref<4x4x8xf32>, %starts: memref<?xi32>, %y: memref<?x8xf32>) {
  h3.long_conv ins(%u, %k : memref<?x8xf32>, memref<3x8xf32>) batch(%starts : memref<?xi32>) outs(%y : memref<?x8xf32>)
  h3.mixer ins(%u, %u, %u : memref<?x8xf32>, memref<?x8xf32>, memref<?x8xf32>)
    shift(%taps, %skip : memref<4x8xf32>, memref<8xf32>) diag(%modes, %skip : memref<4x4x8xf32>, memref<8xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// A form that is there already is whoever wrote it's.
// CHECK-LABEL: @given
// CHECK: h3.long_conv form<direct>
func.func @given(%u: memref<?x8xf32>, %k: memref<3x8xf32>, %starts: memref<?xi32>, %y: memref<?x8xf32>) {
  h3.long_conv form<direct> ins(%u, %k : memref<?x8xf32>, memref<3x8xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// Both directions over any number of rows are direct or nothing.
func.func @none(%u: memref<?x8xf32>, %k: memref<3x8xf32>, %starts: memref<?xi32>, %y: memref<?x8xf32>) {
  // expected-error @below {{h3-select-form: h3.long_conv over 512 rows: no form (direct}}
  h3.long_conv ins(%u, %k : memref<?x8xf32>, memref<3x8xf32>) reversed(%k : memref<3x8xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<?x8xf32>)
  return
}
