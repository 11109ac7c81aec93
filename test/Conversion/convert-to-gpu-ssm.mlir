// RUN: h3-opt %s --h3-convert-to-gpu --canonicalize --cse -split-input-file | FileCheck %s
// RUN: sed 's/form<recurrence>/form<chunked>/' %s > %t.mlir
// RUN: not h3-opt %t.mlir --h3-convert-to-gpu -split-input-file 2>&1 | FileCheck %s --check-prefix=FORM
// FORM: error: 'h3.mixer' is left after h3-convert-to-gpu; it must be on memrefs, its weight in rows, its form a recurrence, and the kernel of a convolution in time

// A block for 32 channels and a sequence. In shared memory: the ring of inputs (a
// power of two that holds 4 - 1 and a tile of 16), the taps, the tile's inputs
// and the sums of eight warps. Modes 0, 8 and 16 on belong to a warp: its states
// are read once before the rows and written once behind them; between the phases of a
// tile are three barriers. Channels behind the 40th touch no memory. Registers leave room
// for four blocks.
// CHECK: gpu.func @mixer(
// CHECK-SAME: workgroup(%[[RING:.*]] : memref<32x32xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}, %[[TAPS:.*]] : memref<4x32xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}, %[[INPUTS:.*]] : memref<16x32xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}, %[[SUMS:.*]] : memref<8x16x32xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64})
// CHECK-SAME: nvvm.minctasm = 4 : i32
// CHECK: arith.cmpi ult, %{{.*}}, %c40
// CHECK-COUNT-6: memref.load %arg12
// CHECK-NOT: memref.load %arg12
// CHECK: scf.for %{{.*}} step %c16 iter_args
// CHECK-SAME: -> (f32, f32, f32, f32, f32, f32)
// CHECK: memref.store %{{.*}}, %[[RING]]
// CHECK: gpu.barrier
// CHECK: memref.load %[[RING]]
// CHECK: memref.load %[[TAPS]]
// CHECK: memref.store %{{.*}}, %[[INPUTS]]
// CHECK: gpu.barrier
// CHECK: memref.load %[[INPUTS]]
// CHECK: memref.store %{{.*}}, %[[SUMS]]
// CHECK: gpu.barrier
// CHECK-COUNT-8: memref.load %[[SUMS]]
// CHECK: memref.store %{{.*}}, %arg10
// CHECK-NOT: gpu.barrier
// CHECK-COUNT-6: memref.store %{{.*}}, %arg12
// CHECK: memref.store %{{.*}}, %arg11
// CHECK: gpu.return
// CHECK: gpu.launch_func @kernels::@mixer blocks in (%c2, %{{.*}}, %c1) threads in (%c256, %c1, %c1)
func.func @mix(%q: memref<?x40xf32>, %k: memref<?x40xf32>, %v: memref<?x40xf32>, %taps: memref<4x40xf32>,
               %ks: memref<40xf32>, %modes: memref<4x20x40xf32>, %d: memref<40xf32>, %starts: memref<?xi32>,
               %slots: memref<?xi32>, %positions: memref<?xi32>, %y: memref<?x40xf32>, %s: memref<?x4x40xf32>,
               %x: memref<?x20x2x40xf32>) {
  h3.mixer form<recurrence> ins(%q, %k, %v : memref<?x40xf32>, memref<?x40xf32>, memref<?x40xf32>)
    shift(%taps, %ks : memref<4x40xf32>, memref<40xf32>) diag(%modes, %d : memref<4x20x40xf32>, memref<40xf32>)
    batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>)
    outs(%y, %s, %x : memref<?x40xf32>, memref<?x4x40xf32>, memref<?x20x2x40xf32>)
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
