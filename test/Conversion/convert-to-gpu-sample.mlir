// RUN: h3-opt %s --h3-convert-to-gpu | FileCheck %s --implicit-check-not="{{ h3\.}}"

// A block for each row of logits, which looks for the best candidate first. What
// the kernel chooses is compared with the host's choices by sampling.test.
// CHECK: gpu.func @sample(%[[LOGITS:arg0]]: memref<?x504xf32>, %[[VOCABS:arg1]]: memref<?xi32>, %[[TOPKS:arg2]]: memref<?xi32>, %[[SCALES:arg3]]: memref<?xf32>, %[[TOPPS:arg4]]: memref<?xf64>, %[[DRAWS:arg5]]: memref<?xf64>, %[[TOKENS:arg6]]: memref<?xi32>) workgroup(
// CHECK-SAME: kernel attributes {known_block_size = array<i32: 1024, 1, 1>
// CHECK: scf.for
// CHECK: arith.maxui
// CHECK: gpu.shuffle{{ +}}xor
// CHECK: gpu.barrier
// Greedy rows are done then; all threads agree on that.
// CHECK: memref.load %[[TOPKS]]
// CHECK: scf.if
// CHECK: memref.store %{{.*}}, %[[TOKENS]]
// CHECK: } else {
// Top-k by the number in each bin, top-p by the weight as well.
// CHECK: memref.load %[[SCALES]]
// CHECK: scf.while
// CHECK: memref.atomic_rmw addi %{{.*}} : (i32, memref<256xi32
// CHECK-NOT: (i64, memref<256xi64
// CHECK: memref.load %[[TOPPS]]
// CHECK: scf.while
// CHECK: memref.atomic_rmw addi %{{.*}} : (i32, memref<256xi32
// CHECK: memref.atomic_rmw addi %{{.*}} : (i64, memref<256xi64
// CHECK: memref.load %[[DRAWS]]
// CHECK: gpu.shuffle{{ +}}up
// CHECK: memref.store %{{.*}}, %[[TOKENS]]
// CHECK: func.func @sample(
// CHECK: %[[ROWS:.*]] = memref.dim %arg6, %c0
// CHECK: gpu.launch_func @kernels::@sample blocks in (%[[ROWS]], %c1, %c1) threads in (%c1024, %c1, %c1)
func.func @sample(%l: memref<?x504xf32>, %v: memref<?xi32>, %k: memref<?xi32>, %s: memref<?xf32>, %p: memref<?xf64>, %d: memref<?xf64>, %t: memref<?xi32>) {
  h3.sample ins(%l, %v, %k, %s, %p, %d : memref<?x504xf32>, memref<?xi32>, memref<?xi32>, memref<?xf32>, memref<?xf64>, memref<?xf64>) outs(%t : memref<?xi32>)
  return
}
