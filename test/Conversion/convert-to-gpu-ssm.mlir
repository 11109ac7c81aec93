// RUN: h3-opt %s --h3-convert-to-gpu --canonicalize --cse -split-input-file | FileCheck %s
// RUN: sed 's/form<recurrence>/form<chunked>/' %s > %t.mlir
// RUN: not h3-opt %t.mlir --h3-convert-to-gpu -split-input-file 2>&1 | FileCheck %s --check-prefix=FORM
// FORM: error: 'h3.mixer' is left after h3-convert-to-gpu; it must be on memrefs, its weight in rows, its form a recurrence, and the kernel of a convolution in time

// A block for 32 channels and a sequence. In shared memory: the tile's inputs, the
// ring of inputs (a power of two that holds 64 - 1 and a tile of 16), the taps and
// the sums of eight warps. Modes 0, 8 and 16 on belong to a warp: its states are
// read once before the rows, and before the taps and the shift state, and written
// once behind the rows; between the phases of a tile are three barriers. Channels
// behind the 40th touch no memory. Registers leave room for four blocks.
// CHECK: gpu.func @mixer(
// CHECK-SAME: workgroup(%[[INPUTS:.*]] : memref<16x32xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}, %[[RING:.*]] : memref<128x32xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}, %[[TAPS:.*]] : memref<64x32xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}, %[[SUMS:.*]] : memref<8x16x32xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64})
// CHECK-SAME: nvvm.minctasm = 4 : i32
// CHECK: memref.load %arg8
// CHECK: %[[SLOT:.*]] = arith.index_cast
// CHECK: memref.load %arg9
// CHECK: %[[POSITION:.*]] = arith.index_cast
// CHECK: %[[THREAD:.*]] = gpu.thread_id x
// CHECK: %[[LANE:.*]] = arith.remui %[[THREAD]], %c32 : index
// CHECK: %[[CHANNEL:.*]] = arith.addi %{{.*}}, %[[LANE]] : index
// CHECK: %[[EXISTS:.*]] = arith.cmpi ult, %[[CHANNEL]], %c40
// CHECK: %[[WARP:.*]] = arith.divui %[[THREAD]], %c32 : index
// CHECK: %[[MODE8:.*]] = arith.addi %[[WARP]], %c8 : index
// CHECK: %[[MODE16:.*]] = arith.addi %[[WARP]], %c16 : index
// CHECK: %[[STATES:.*]]:4 = scf.if %[[EXISTS]]
// CHECK-NEXT: memref.load %arg12[%[[SLOT]], %[[WARP]], %c0, %[[CHANNEL]]]
// CHECK-NEXT: memref.load %arg12[%[[SLOT]], %[[WARP]], %c1, %[[CHANNEL]]]
// CHECK-NEXT: memref.load %arg12[%[[SLOT]], %[[MODE8]], %c0, %[[CHANNEL]]]
// CHECK-NEXT: memref.load %arg12[%[[SLOT]], %[[MODE8]], %c1, %[[CHANNEL]]]
// CHECK: %[[STATES16:.*]]:2 = scf.if
// CHECK-NEXT: memref.load %arg12[%[[SLOT]], %[[MODE16]], %c0, %[[CHANNEL]]]
// CHECK-NEXT: memref.load %arg12[%[[SLOT]], %[[MODE16]], %c1, %[[CHANNEL]]]
// CHECK-NOT: memref.load %arg12
// A warp has read its taps, every eighth row, before it stores the first.
// CHECK: scf.for %[[I:.*]] = %[[WARP]] to %c64 step %c64 {
// CHECK: %[[V0:.*]] = scf.if %[[EXISTS]] -> (f32) {
// CHECK-NEXT: memref.load %arg3[%[[I]], %[[CHANNEL]]]
// CHECK: %[[I1:.*]] = arith.addi %[[I]], %c8 : index
// CHECK: %[[V1:.*]] = scf.if %[[EXISTS]] -> (f32) {
// CHECK-NEXT: memref.load %arg3[%[[I1]], %[[CHANNEL]]]
// CHECK-COUNT-5: memref.load %arg3[
// CHECK: %[[I7:.*]] = arith.addi %[[I]], %c56 : index
// CHECK: %[[V7:.*]] = scf.if %[[EXISTS]] -> (f32) {
// CHECK-NEXT: memref.load %arg3[%[[I7]], %[[CHANNEL]]]
// CHECK-NOT: {{memref.load|scf.if}}
// CHECK: memref.store %[[V0]], %[[TAPS]][%[[I]], %[[LANE]]]
// CHECK-NEXT: memref.store %[[V1]], %[[TAPS]][%[[I1]], %[[LANE]]]
// CHECK-COUNT-5: memref.store %{{.*}}, %[[TAPS]][
// CHECK-NEXT: memref.store %[[V7]], %[[TAPS]][%[[I7]], %[[LANE]]] : memref<64x32xf32, #gpu.address_space<workgroup>>
// CHECK-NEXT: }
// So it does with the 63 rows before the sequence, where input q stands at q mod
// 64; a 64th is the 63rd again, and is not stored.
// CHECK-NEXT: scf.for %[[I:.*]] = %[[WARP]] to %c63 step %c64 {
// CHECK: %[[ROW:.*]] = arith.minui %[[I]], %c62 : index
// CHECK: %[[AT:.*]] = arith.addi %[[POSITION]], %[[ROW]] : index
// CHECK: %[[NEXT:.*]] = arith.addi %[[AT]], %c1 : index
// CHECK: %[[PLACE:.*]] = arith.remui %[[NEXT]], %c64 : index
// CHECK: %[[V0:.*]] = scf.if %[[EXISTS]] -> (f32) {
// CHECK-NEXT: memref.load %arg11[%[[SLOT]], %[[PLACE]], %[[CHANNEL]]]
// CHECK-COUNT-6: memref.load %arg11[
// CHECK: %[[I7:.*]] = arith.addi %[[I]], %c56 : index
// CHECK: %[[ROW:.*]] = arith.minui %[[I7]], %c62 : index
// CHECK: %[[AT:.*]] = arith.addi %[[POSITION]], %[[ROW]] : index
// CHECK: %[[NEXT:.*]] = arith.addi %[[AT]], %c1 : index
// CHECK: %[[PLACE:.*]] = arith.remui %[[NEXT]], %c64 : index
// CHECK: %[[V7:.*]] = scf.if %[[EXISTS]] -> (f32) {
// CHECK-NEXT: memref.load %arg11[%[[SLOT]], %[[PLACE]], %[[CHANNEL]]]
// CHECK-NOT: memref.load
// CHECK: memref.store %[[V0]], %[[RING]][%[[I]], %[[LANE]]]
// CHECK-COUNT-6: memref.store %{{.*}}, %[[RING]][
// CHECK: %[[STORES:.*]] = arith.cmpi ult, %[[I7]], %c63 : index
// CHECK: scf.if %[[STORES]] {
// CHECK-NEXT: memref.store %[[V7]], %[[RING]][%[[I7]], %[[LANE]]] : memref<128x32xf32, #gpu.address_space<workgroup>>
// CHECK-NEXT: }
// CHECK-NEXT: }
// CHECK-NEXT: %[[AFTER:.*]]:6 = scf.for %{{.*}} step %c16 iter_args(%{{.*}} = %[[STATES]]#0, %{{.*}} = %[[STATES]]#1, %{{.*}} = %[[STATES]]#2, %{{.*}} = %[[STATES]]#3, %{{.*}} = %[[STATES16]]#0, %{{.*}} = %[[STATES16]]#1)
// CHECK-SAME: -> (f32, f32, f32, f32, f32, f32)
// CHECK: memref.store %{{.*}}, %[[RING]][%{{.*}}, %[[LANE]]] : memref<128x32xf32, #gpu.address_space<workgroup>>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK: memref.load %[[RING]]
// CHECK: memref.load %[[TAPS]]
// CHECK: memref.store %{{.*}}, %[[INPUTS]][%{{.*}}, %[[LANE]]] : memref<16x32xf32, #gpu.address_space<workgroup>>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK: memref.load %[[INPUTS]]
// CHECK: memref.store %{{.*}}, %[[SUMS]][%[[WARP]], %{{.*}}, %[[LANE]]]
// CHECK: scf.yield
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK-COUNT-8: memref.load %[[SUMS]]
// CHECK: memref.store %{{.*}}, %arg10
// CHECK-NOT: gpu.barrier
// CHECK: memref.store %[[AFTER]]#0, %arg12[%[[SLOT]], %[[WARP]], %c0, %[[CHANNEL]]]
// CHECK-COUNT-4: memref.store %{{.*}}, %arg12
// CHECK: memref.store %[[AFTER]]#5, %arg12[%[[SLOT]], %[[MODE16]], %c1, %[[CHANNEL]]]
// CHECK: memref.store %{{.*}}, %arg11
// CHECK: gpu.return
// CHECK: gpu.launch_func @kernels::@mixer blocks in (%c2, %{{.*}}, %c1) threads in (%c256, %c1, %c1)
func.func @mix(%q: memref<?x40xf32>, %k: memref<?x40xf32>, %v: memref<?x40xf32>, %taps: memref<64x40xf32>,
               %ks: memref<40xf32>, %modes: memref<4x20x40xf32>, %d: memref<40xf32>, %starts: memref<?xi32>,
               %slots: memref<?xi32>, %positions: memref<?xi32>, %y: memref<?x40xf32>, %s: memref<?x64x40xf32>,
               %x: memref<?x20x2x40xf32>) {
  h3.mixer form<recurrence> ins(%q, %k, %v : memref<?x40xf32>, memref<?x40xf32>, memref<?x40xf32>)
    shift(%taps, %ks : memref<64x40xf32>, memref<40xf32>) diag(%modes, %d : memref<4x20x40xf32>, memref<40xf32>)
    batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>)
    outs(%y, %s, %x : memref<?x40xf32>, memref<?x64x40xf32>, memref<?x20x2x40xf32>)
  return
}

// -----

// Three planes of 32 heads are three blocks. Without states, they start as zeros
// and end nowhere.
// CHECK: gpu.func @diag_ssm(
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %cst, %{{.*}} = %cst) -> (f32, f32)
// CHECK-COUNT-2: gpu.barrier
// CHECK-NOT: gpu.barrier
// CHECK: gpu.return
// CHECK: gpu.launch_func @kernels::@diag_ssm blocks in (%c3, %{{.*}}, %c1)
func.func @planes(%u: memref<?x96xf32>, %modes: memref<4x8x32xf32>, %d: memref<32xf32>, %starts: memref<?xi32>,
                  %y: memref<?x96xf32>) {
  h3.diag_ssm form<recurrence> ins(%u, %modes, %d : memref<?x96xf32>, memref<4x8x32xf32>, memref<32xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<?x96xf32>)
  return
}
