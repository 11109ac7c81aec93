// RUN: h3-opt %s --h3-convert-to-vector -split-input-file -verify-diagnostics | FileCheck %s --implicit-check-not=h3.long_conv

// In time: a task for each sequence and block of channels, the inputs in a window
// with those of the taps before them, eight rows in a tile. The last block of
// channels is masked.
// CHECK-LABEL: @direct
// CHECK: %[[WINDOW:.*]] = memref.alloca() {alignment = 64 : i64} : memref<260x8xf32>
// CHECK: memref.dim %arg2
// CHECK: %[[BLOCKS:.*]] = arith.constant 2 : index
// CHECK: scf.parallel (%{{.*}}, %{{.*}}) = ({{.*}}) to (%{{.*}}, %[[BLOCKS]]) step
// CHECK: %[[MASK:.*]] = vector.create_mask
// CHECK: %[[U:.*]] = vector.maskedload %arg0[%{{.*}}], %[[MASK]]
// CHECK: vector.store %[[U]], %[[WINDOW]]
// CHECK: scf.for {{.*}} iter_args
// CHECK: vector.maskedload %arg1
// CHECK-COUNT-8: math.fma
// CHECK-NEXT: scf.yield
// CHECK-COUNT-8: vector.maskedstore %arg3[%{{.*}}], %[[MASK]]
// CHECK: scf.for {{.*}} iter_args
// CHECK-COUNT-1: math.fma
// CHECK-NEXT: scf.yield
// CHECK: vector.maskedstore %arg3
func.func @direct(%u: memref<?x12xf32>, %k: memref<5x12xf32>, %starts: memref<?xi32>, %y: memref<?x12xf32>) {
  h3.long_conv ins(%u, %k : memref<?x12xf32>, memref<5x12xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<?x12xf32>)
  return
}

// -----

// The gate before goes into the window; skip, activation and the gate behind
// follow in this order.
// CHECK-LABEL: @gates
// CHECK: %[[WINDOW:.*]] = memref.alloca() {{.*}} : memref<260x8xf32>
// CHECK: %[[U:.*]] = vector.load %arg0
// CHECK: %[[P:.*]] = vector.load %arg3
// CHECK: %[[V:.*]] = arith.mulf %[[U]], %[[P]]
// CHECK: vector.store %[[V]], %[[WINDOW]]
// CHECK: scf.for {{.*}} iter_args
// CHECK: scf.yield
// CHECK: vector.load %arg2
// CHECK: math.fma
// CHECK: math.tanh
// CHECK: %[[G:.*]] = vector.load %arg4
// CHECK: %[[Y:.*]] = arith.mulf %[[G]], %{{.*}}
// CHECK: vector.store %[[Y]], %arg6
func.func @gates(%u: memref<?x8xf32>, %k: memref<5x8xf32>, %skip: memref<8xf32>, %pre: memref<?x8xf32>,
                 %post: memref<?x8xf32>, %starts: memref<?xi32>, %y: memref<?x8xf32>) {
  h3.long_conv form<direct> {gelu} ins(%u, %k : memref<?x8xf32>, memref<5x8xf32>) skip(%skip : memref<8xf32>)
    pre(%pre : memref<?x8xf32>) post(%post : memref<?x8xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// The reversed kernel adds one sum over the rows that follow.
// CHECK-LABEL: @reversed
// CHECK: vector.load %arg1
// CHECK-COUNT-8: math.fma
// CHECK-NEXT: scf.yield
// CHECK: arith.minui
// CHECK: scf.for {{.*}} iter_args
// CHECK: %[[K:.*]] = vector.load %arg2
// CHECK: %[[U:.*]] = vector.load %arg0
// CHECK: %[[S:.*]] = math.fma %[[K]], %[[U]]
// CHECK-NEXT: scf.yield %[[S]]
// CHECK: vector.store %{{.*}}, %arg4
func.func @reversed(%u: memref<?x8xf32>, %k: memref<5x8xf32>, %r: memref<5x8xf32>, %starts: memref<?xi32>, %y: memref<?x8xf32>) {
  h3.long_conv ins(%u, %k : memref<?x8xf32>, memref<5x8xf32>) reversed(%r : memref<5x8xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// By fft with a kernel in time: each task transforms its kernel to a buffer of the
// thread. 60 rows are split by 5, 3 and 4, with a table of twiddles each. What
// spills over a block waits for the next.
// CHECK-DAG: memref.global "private" constant @twiddles_60_0_250 : memref<1x8xf32>
// CHECK-DAG: memref.global "private" constant @twiddles_60_1_250 : memref<5x4xf32>
// CHECK-DAG: memref.global "private" constant @twiddles_60_2_250 : memref<15x6xf32>
// CHECK-LABEL: @in_time
// CHECK: %[[SPILL:.*]] = memref.alloca() {alignment = 64 : i64} : memref<60x8xf32>
// CHECK: %[[SPECTRUM:.*]] = memref.alloca() {alignment = 64 : i64} : memref<1x60x2x8xf32>
// CHECK: memref.alloca() {alignment = 64 : i64} : memref<60x2x8xf32>
// CHECK-NOT: memref.alloc
// CHECK: scf.parallel
// CHECK-COUNT-5: vector.load %arg1
// CHECK-COUNT-8: vector.store %{{.*}}, %[[SPECTRUM]]
// CHECK: vector.store %{{.*}}, %[[SPILL]]
// CHECK: scf.if
// CHECK-COUNT-5: vector.load %arg0
// CHECK-COUNT-8: vector.load %[[SPECTRUM]]
// CHECK: scf.if
// CHECK-COUNT-8: math.fma
// CHECK: vector.load %[[SPILL]]
// CHECK: vector.store %{{.*}}, %[[SPILL]]
// CHECK: vector.store %{{.*}}, %arg3
func.func @in_time(%u: memref<?x16xf32>, %k: memref<59x16xf32>, %starts: memref<?xi32>, %y: memref<?x16xf32>) {
  h3.long_conv form<fft> ins(%u, %k : memref<?x16xf32>, memref<59x16xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<?x16xf32>)
  return
}

// -----

// A spectrum is read where it is. Rows that fit into one block spill nothing. Two
// convolutions of one length share tables.
// CHECK-COUNT-3: memref.global "private" constant @twiddles_64_
// CHECK-NOT: memref.global
// CHECK-LABEL: @spectrum
// CHECK-COUNT-2: memref.alloca() {alignment = 64 : i64} : memref<64x2x8xf32>
// CHECK-NOT: memref.alloc
// CHECK: scf.parallel
// CHECK: vector.load %arg1[%{{.*}}] : memref<2x64x2x8xf32>
// CHECK: vector.store %{{.*}}, %arg3
// CHECK: scf.parallel
func.func @spectrum(%u: memref<64x16xf32>, %s: memref<2x64x2x8xf32>, %starts: memref<?xi32>, %y: memref<64x16xf32>) {
  h3.long_conv form<fft> ins(%u, %s : memref<64x16xf32>, memref<2x64x2x8xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<64x16xf32>)
  h3.long_conv form<fft> {two_sided} ins(%u, %s : memref<64x16xf32>, memref<2x64x2x8xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<64x16xf32>)
  return
}

// -----

// A spectrum for another number of lanes cannot be read.
func.func @other_lanes(%u: memref<64x16xf32>, %s: memref<1x64x2x16xf32>, %starts: memref<?xi32>, %y: memref<64x16xf32>) {
  // expected-error@+1 {{'h3.long_conv' is left after h3-convert-to-vector; it must be on memrefs and its weight packed in a few whole vectors, a spectrum for this number of lanes}}
  h3.long_conv form<fft> ins(%u, %s : memref<64x16xf32>, memref<1x64x2x16xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<64x16xf32>)
  return
}
