// RUN: h3-opt %s --h3-convert-to-vector -split-input-file -verify-diagnostics | FileCheck %s --implicit-check-not=h3.diag_ssm

// A block of 64 rows is convolved through the spectrum, by tables for 4 x 4 x 4.
// The states are carried beside it, two modes at a time, the third alone.
// CHECK-DAG: memref.global "private" constant @twiddles_64_0_250 : memref<1x6xf32>
// CHECK-DAG: memref.global "private" constant @twiddles_64_1_250 : memref<4x6xf32>
// CHECK-DAG: memref.global "private" constant @twiddles_64_2_250 : memref<16x6xf32>
// CHECK-LABEL: @fft
// CHECK: memref.alloca() {alignment = 64 : i64} : memref<64x2x8xf32>
// CHECK: scf.parallel
// CHECK: vector.load %arg3[%{{.*}}] : memref<2x64x2x8xf32>
// CHECK: scf.for {{.*}} iter_args({{.*}}) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK-COUNT-4: vector.store %{{.*}}, %arg8
// CHECK: scf.for {{.*}} iter_args({{.*}}) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK-COUNT-2: vector.store %{{.*}}, %arg8
// CHECK: vector.store %{{.*}}, %arg7
func.func @fft(%u: memref<?x16xf32>, %modes: memref<4x3x16xf32>, %skip: memref<16xf32>, %s: memref<2x64x2x8xf32>,
               %starts: memref<?xi32>, %slots: memref<?xi32>, %positions: memref<?xi32>,
               %y: memref<?x16xf32>, %x: memref<?x3x2x16xf32>) {
  h3.diag_ssm form<fft> ins(%u, %modes, %skip : memref<?x16xf32>, memref<4x3x16xf32>, memref<16xf32>)
    spectrum(%s : memref<2x64x2x8xf32>) batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>)
    outs(%y, %x : memref<?x16xf32>, memref<?x3x2x16xf32>)
  return
}

// -----

// A spectrum for another number of lanes cannot be read.
func.func @other_lanes(%u: memref<?x16xf32>, %modes: memref<4x3x16xf32>, %skip: memref<16xf32>,
                       %s: memref<1x64x2x16xf32>, %starts: memref<?xi32>, %y: memref<?x16xf32>) {
  // expected-error@+1 {{'h3.diag_ssm' is left after h3-convert-to-vector}}
  h3.diag_ssm form<fft> ins(%u, %modes, %skip : memref<?x16xf32>, memref<4x3x16xf32>, memref<16xf32>)
    spectrum(%s : memref<1x64x2x16xf32>) batch(%starts : memref<?xi32>) outs(%y : memref<?x16xf32>)
  return
}
