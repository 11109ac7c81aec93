// RUN: split-file %s %t
// RUN: h3-opt %t/good.mlir --h3-convert-to-gpu -split-input-file | FileCheck %t/good.mlir --implicit-check-not="{{ h3\.}}"
// RUN: not h3-opt %t/tensors.mlir --h3-convert-to-gpu 2>&1 | FileCheck %s --check-prefix=TENSORS
// RUN: not h3-opt %t/packed.mlir --h3-convert-to-gpu 2>&1 | FileCheck %s --check-prefix=PACKED

// TENSORS: error: 'h3.gather_rows' is left after h3-convert-to-gpu; it must be on memrefs, its weight in rows, its form a recurrence, and the kernel of a convolution in time
// PACKED: error: 'h3.embedding' is left after h3-convert-to-gpu; it must be on memrefs, its weight in rows, its form a recurrence, and the kernel of a convolution in time

//--- tensors.mlir
func.func @tensors(%rows: tensor<?xi32>, %x: tensor<?x8xf32>, %y: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = h3.gather_rows ins(%rows, %x : tensor<?xi32>, tensor<?x8xf32>) outs(%y : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

//--- packed.mlir
// The CPU's panels; kernels read a token's row.
func.func @packed(%ids: memref<?xi32>, %table: memref<32x8x16xf32>, %y: memref<?x8xf32>) {
  h3.embedding ins(%ids, %table : memref<?xi32>, memref<32x8x16xf32>) outs(%y : memref<?x8xf32>)
  return
}

//--- good.mlir
// A block for each token, whose threads take every 256th group of four
// channels. The operands of the layer are the arguments of the kernel.
// CHECK: module attributes {gpu.container_module}
// CHECK: gpu.module @kernels {
// CHECK-NEXT: gpu.func @embedding(%arg0: memref<?xi32>, %arg1: memref<500x8xf32>, %arg2: memref<?x8xf32>) kernel attributes {known_block_size = array<i32: 256, 1, 1>} {
// CHECK: %[[ROW:.*]] = gpu.block_id x
// CHECK: %[[ID:.*]] = memref.load %arg0[%[[ROW]]] : memref<?xi32>
// CHECK: %[[TOKEN:.*]] = arith.index_cast %[[ID]] : i32 to index
// CHECK: %[[GROUPS:.*]] = arith.constant 2 : index
// CHECK: %[[THREAD:.*]] = gpu.thread_id x
// CHECK: %[[THREADS:.*]] = arith.constant 256 : index
// CHECK: scf.for %[[GROUP:.*]] = %[[THREAD]] to %[[GROUPS]] step %[[THREADS]] {
// CHECK: %[[C:.*]] = arith.muli %[[GROUP]], %c4 : index
// CHECK-NEXT: %[[V:.*]] = vector.load %arg1[%[[TOKEN]], %[[C]]] {alignment = 16 : i64} : memref<500x8xf32>, vector<4xf32>
// CHECK-NEXT: %[[V0:.*]] = vector.extract %[[V]][0]
// CHECK-NEXT: %[[V1:.*]] = vector.extract %[[V]][1]
// CHECK-NEXT: %[[V2:.*]] = vector.extract %[[V]][2]
// CHECK-NEXT: %[[V3:.*]] = vector.extract %[[V]][3]
// CHECK-NEXT: %[[OUT:.*]] = vector.from_elements %[[V0]], %[[V1]], %[[V2]], %[[V3]] : vector<4xf32>
// CHECK-NEXT: vector.store %[[OUT]], %arg2[%[[ROW]], %[[C]]] {alignment = 16 : i64} : memref<?x8xf32>, vector<4xf32>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.return
// CHECK: func.func @embedding(
// CHECK: %[[ROWS:.*]] = memref.dim %arg0, %c0 : memref<?xi32>
// CHECK: gpu.launch_func @kernels::@embedding blocks in (%[[ROWS]], %c1, %c1) threads in (%c256, %c1, %c1) args(%arg0 : memref<?xi32>, %arg1 : memref<500x8xf32>, %arg2 : memref<?x8xf32>)
// CHECK-NEXT: return
func.func @embedding(%ids: memref<?xi32>, %table: memref<500x8xf32>, %y: memref<?x8xf32>) {
  h3.embedding ins(%ids, %table : memref<?xi32>, memref<500x8xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// A block for each row that is asked for, not for each row there is.
// CHECK: gpu.func @gather_rows(%arg0: memref<?xi32>, %arg1: memref<?x8xf32>, %arg2: memref<?x8xf32>) kernel
// CHECK: %[[ROW:.*]] = gpu.block_id x
// CHECK: %[[ID:.*]] = memref.load %arg0[%[[ROW]]] : memref<?xi32>
// CHECK: %[[SOURCE:.*]] = arith.index_cast %[[ID]] : i32 to index
// CHECK: scf.for %[[C:.*]] = %{{.*}} to %c8 step %c256 {
// CHECK: %[[V:.*]] = memref.load %arg1[%[[SOURCE]], %[[C]]]
// CHECK: memref.store %[[V]], %arg2[%[[ROW]], %[[C]]]
// CHECK: func.func @gather_rows(
// CHECK: %[[ROWS:.*]] = memref.dim %arg0, %c0 : memref<?xi32>
// CHECK: gpu.launch_func @kernels::@gather_rows blocks in (%[[ROWS]], %c1, %c1) threads in (%c256, %c1, %c1)
func.func @gather_rows(%rows: memref<?xi32>, %x: memref<?x8xf32>, %y: memref<?x8xf32>) {
  h3.gather_rows ins(%rows, %x : memref<?xi32>, memref<?x8xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// A thread has read every 256th channel of the row, two at most, with weight and
// bias, before the first sum; those behind the row's end touch no memory and add
// nothing. Two sums over the block, of the values and of the squares of the centred
// ones: within a warp by shuffles, over the eight warps through shared memory and
// one barrier. Each sum has memory of its own, so that no warp overwrites what a
// slower one still reads.
// CHECK: gpu.func @layer_norm(%arg0: memref<?x300xf32>, %arg1: memref<300xf32>, %arg2: memref<300xf32>, %arg3: memref<?x300xf32>) workgroup(%[[SUMS:.*]] : memref<8xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}, %[[SQUARES:.*]] : memref<8xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}) kernel
// CHECK: %[[ROW:.*]] = gpu.block_id x
// CHECK: %[[THREAD:.*]] = gpu.thread_id x
// CHECK: %[[C:.*]] = arith.addi %[[THREAD]], %c0 : index
// CHECK: %[[EXISTS:.*]] = arith.cmpi ult, %[[C]], %c300{{.*}} : index
// CHECK: %[[X:.*]] = scf.if %[[EXISTS]] -> (f32) {
// CHECK-NEXT: memref.load %arg0[%[[ROW]], %[[C]]]
// CHECK: %[[W:.*]] = scf.if %[[EXISTS]] -> (f32) {
// CHECK-NEXT: memref.load %arg1[%[[C]]]
// CHECK: %[[B:.*]] = scf.if %[[EXISTS]] -> (f32) {
// CHECK-NEXT: memref.load %arg2[%[[C]]]
// CHECK: %[[THREAD:.*]] = gpu.thread_id x
// CHECK: %[[C1:.*]] = arith.addi %[[THREAD]], %c256 : index
// CHECK: %[[EXISTS1:.*]] = arith.cmpi ult, %[[C1]], %c300{{.*}} : index
// CHECK: %[[X1:.*]] = scf.if %[[EXISTS1]] -> (f32) {
// CHECK-NEXT: memref.load %arg0[%[[ROW]], %[[C1]]]
// CHECK: %[[W1:.*]] = scf.if %[[EXISTS1]] -> (f32) {
// CHECK-NEXT: memref.load %arg1[%[[C1]]]
// CHECK: %[[B1:.*]] = scf.if %[[EXISTS1]] -> (f32) {
// CHECK-NEXT: memref.load %arg2[%[[C1]]]
// CHECK: } else {
// CHECK: scf.yield
// CHECK-NEXT: }
// CHECK-NEXT: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[ADDED:.*]] = arith.addf %[[ZERO]], %[[X]] : f32
// CHECK-NEXT: %[[FIRST:.*]] = arith.select %[[EXISTS]], %[[ADDED]], %[[ZERO]] : f32
// CHECK-NEXT: %[[ADDED:.*]] = arith.addf %[[FIRST]], %[[X1]] : f32
// CHECK-NEXT: %[[SUM:.*]] = arith.select %[[EXISTS1]], %[[ADDED]], %[[FIRST]] : f32
// CHECK: gpu.shuffle xor %[[SUM]], %c16_i32, %c32_i32{{.*}} : f32
// CHECK: gpu.shuffle xor %{{.*}}, %c8_i32, %c32_i32{{.*}} : f32
// CHECK: gpu.shuffle xor %{{.*}}, %c4_i32, %c32_i32{{.*}} : f32
// CHECK: gpu.shuffle xor %{{.*}}, %c2_i32, %c32_i32{{.*}} : f32
// CHECK: %[[LAST:.*]], %{{.*}} = gpu.shuffle xor %[[HALF:.*]], %c1_i32, %c32_i32{{.*}} : f32
// CHECK: %[[OF_WARP:.*]] = arith.addf %[[HALF]], %[[LAST]] : f32
// CHECK: %[[LANE:.*]] = arith.remui
// CHECK: %[[IS_FIRST:.*]] = arith.cmpi eq, %[[LANE]], %c0{{.*}} : index
// CHECK: scf.if %[[IS_FIRST]] {
// CHECK: %[[WARP:.*]] = arith.divui %{{.*}}, %c32{{.*}} : index
// CHECK: memref.store %[[OF_WARP]], %[[SUMS]][%[[WARP]]] : memref<8xf32, #gpu.address_space<workgroup>>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK-COUNT-8: memref.load %[[SUMS]][
// CHECK: %[[TOTAL:.*]] = arith.addf
// CHECK: %[[COUNT:.*]] = arith.constant 3.000000e+02 : f32
// CHECK: %[[MEAN:.*]] = arith.divf %[[TOTAL]], %[[COUNT]] : f32
// CHECK: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK: %[[CENTRED:.*]] = arith.subf %[[X]], %[[MEAN]] : f32
// CHECK: %[[ADDED:.*]] = math.fma %[[CENTRED]], %[[CENTRED]], %[[ZERO]] : f32
// CHECK: %[[FIRST:.*]] = arith.select %[[EXISTS]], %[[ADDED]], %[[ZERO]] : f32
// CHECK: %[[CENTRED:.*]] = arith.subf %[[X1]], %[[MEAN]] : f32
// CHECK: %[[ADDED:.*]] = math.fma %[[CENTRED]], %[[CENTRED]], %[[FIRST]] : f32
// CHECK: %[[SUM:.*]] = arith.select %[[EXISTS1]], %[[ADDED]], %[[FIRST]] : f32
// CHECK: gpu.shuffle xor %[[SUM]], %c16_i32
// CHECK-COUNT-4: gpu.shuffle xor
// CHECK: %[[OF_WARP:.*]] = arith.addf
// CHECK: %[[LANE:.*]] = arith.remui
// CHECK: %[[IS_FIRST:.*]] = arith.cmpi eq, %[[LANE]], %c0{{.*}} : index
// CHECK: scf.if %[[IS_FIRST]] {
// CHECK: %[[WARP:.*]] = arith.divui %{{.*}}, %c32{{.*}} : index
// CHECK: memref.store %[[OF_WARP]], %[[SQUARES]][%[[WARP]]] : memref<8xf32, #gpu.address_space<workgroup>>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK-COUNT-8: memref.load %[[SQUARES]][
// CHECK: %[[TOTAL:.*]] = arith.addf
// CHECK: %[[COUNT:.*]] = arith.constant 3.000000e+02 : f32
// CHECK: %[[VARIANCE:.*]] = arith.divf %[[TOTAL]], %[[COUNT]] : f32
// CHECK: %[[EPSILON:.*]] = arith.constant 5.000000e-01 : f32
// CHECK: %[[SHIFTED:.*]] = arith.addf %[[VARIANCE]], %[[EPSILON]] : f32
// CHECK: %[[DEVIATION:.*]] = math.sqrt %[[SHIFTED]] : f32
// CHECK: %[[SCALE:.*]] = arith.divf %{{.*}}, %[[DEVIATION]] : f32
// CHECK-NOT: {{gpu.barrier|memref.load|scf.for}}
// CHECK: %[[OFF:.*]] = arith.subf %[[X]], %[[MEAN]] : f32
// CHECK: %[[NORMAL:.*]] = arith.mulf %[[OFF]], %[[SCALE]] : f32
// CHECK: %[[Y:.*]] = math.fma %[[NORMAL]], %[[W]], %[[B]] : f32
// CHECK: scf.if %[[EXISTS]] {
// CHECK-NEXT: memref.store %[[Y]], %arg3[%[[ROW]], %[[C]]]
// CHECK: %[[OFF:.*]] = arith.subf %[[X1]], %[[MEAN]] : f32
// CHECK: %[[NORMAL:.*]] = arith.mulf %[[OFF]], %[[SCALE]] : f32
// CHECK: %[[Y:.*]] = math.fma %[[NORMAL]], %[[W1]], %[[B1]] : f32
// CHECK: scf.if %[[EXISTS1]] {
// CHECK-NEXT: memref.store %[[Y]], %arg3[%[[ROW]], %[[C1]]]
// CHECK-NOT: memref.store
// CHECK: %[[ROWS:.*]] = memref.dim %arg0
// CHECK: gpu.launch_func @kernels::@layer_norm blocks in (%[[ROWS]], %c1, %c1) threads in (%c256, %c1, %c1)
func.func @layer_norm(%x: memref<?x300xf32>, %w: memref<300xf32>, %b: memref<300xf32>, %y: memref<?x300xf32>) {
  h3.layer_norm {epsilon = 0.5 : f32} ins(%x, %w, %b : memref<?x300xf32>, memref<300xf32>, memref<300xf32>) outs(%y : memref<?x300xf32>)
  return
}

// -----

// Column (i * D + j) * H + h is key i times value j of head h; H is 3, D is 2.
// CHECK: gpu.func @head_expand(%arg0: memref<?x6xf32>, %arg1: memref<?x6xf32>, %arg2: memref<?x12xf32>) kernel
// CHECK: %[[ROW:.*]] = gpu.block_id x
// CHECK: scf.for %[[COLUMN:.*]] = %{{.*}} to %c12 step %c256 {
// CHECK: %[[H:.*]] = arith.remui %[[COLUMN]], %c3 : index
// CHECK: %[[PLANE:.*]] = arith.divui %[[COLUMN]], %c3{{.*}} : index
// CHECK: %[[I:.*]] = arith.divui %[[PLANE]], %c2 : index
// CHECK: %[[J:.*]] = arith.remui %[[PLANE]], %c2{{.*}} : index
// CHECK: %[[FIRST:.*]] = arith.muli %[[H]], %c2{{.*}} : index
// CHECK: %[[KI:.*]] = arith.addi %[[FIRST]], %[[I]] : index
// CHECK: %[[K:.*]] = memref.load %arg0[%[[ROW]], %[[KI]]]
// CHECK: %[[VJ:.*]] = arith.addi %{{.*}}, %[[J]] : index
// CHECK: %[[V:.*]] = memref.load %arg1[%[[ROW]], %[[VJ]]]
// CHECK: %[[P:.*]] = arith.mulf %[[K]], %[[V]] : f32
// CHECK: memref.store %[[P]], %arg2[%[[ROW]], %[[COLUMN]]]
// CHECK: gpu.launch_func @kernels::@head_expand blocks in (%dim, %c1, %c1) threads in (%c256, %c1, %c1)
func.func @head_expand(%k: memref<?x6xf32>, %v: memref<?x6xf32>, %y: memref<?x12xf32>) {
  h3.head_expand {head_dim = 2 : i64} ins(%k, %v : memref<?x6xf32>, memref<?x6xf32>) outs(%y : memref<?x12xf32>)
  return
}

// -----

// Column j * H + h is the sum over i of query i times plane i, j of head h.
// CHECK: gpu.func @head_contract(%arg0: memref<?x6xf32>, %arg1: memref<?x12xf32>, %arg2: memref<?x6xf32>) kernel
// CHECK: %[[ROW:.*]] = gpu.block_id x
// CHECK: scf.for %[[COLUMN:.*]] = %{{.*}} to %c6 step %c256 {
// CHECK: %[[H:.*]] = arith.remui %[[COLUMN]], %c3 : index
// CHECK: %[[J:.*]] = arith.divui %[[COLUMN]], %c3{{.*}} : index
// CHECK: %[[SUM:.*]] = scf.for %[[I:.*]] = %c0 to %c2 step %c1 iter_args(%[[FORMER:.*]] = %{{.*}}) -> (f32) {
// CHECK: %[[QI:.*]] = arith.addi %{{.*}}, %[[I]] : index
// CHECK: %[[Q:.*]] = memref.load %arg0[%[[ROW]], %[[QI]]]
// CHECK: %[[ID:.*]] = arith.muli %[[I]], %c2{{.*}} : index
// CHECK: %[[IJ:.*]] = arith.addi %[[ID]], %[[J]] : index
// CHECK: %[[IJH:.*]] = arith.muli %[[IJ]], %c3{{.*}} : index
// CHECK: %[[SOURCE:.*]] = arith.addi %[[IJH]], %[[H]] : index
// CHECK: %[[P:.*]] = memref.load %arg1[%[[ROW]], %[[SOURCE]]]
// CHECK: math.fma %[[Q]], %[[P]], %[[FORMER]] : f32
// CHECK: memref.store %[[SUM]], %arg2[%[[ROW]], %[[COLUMN]]]
// CHECK: gpu.launch_func @kernels::@head_contract blocks in (%dim, %c1, %c1) threads in (%c256, %c1, %c1)
func.func @head_contract(%q: memref<?x6xf32>, %p: memref<?x12xf32>, %y: memref<?x6xf32>) {
  h3.head_contract {head_dim = 2 : i64} ins(%q, %p : memref<?x6xf32>, memref<?x12xf32>) outs(%y : memref<?x6xf32>)
  return
}

// -----

// Every layer has a kernel of its own, all in one module. A kernel is called
// like the private function around its layer, which outlining has named, else
// like the layer; the second of a name gets a number.
// CHECK: gpu.module @kernels {
// CHECK: gpu.func @gather_rows(
// CHECK: gpu.func @gather_rows_0(
// CHECK: gpu.func @last_rows(
// CHECK-NOT: gpu.func
// CHECK: func.func @step(
// CHECK: gpu.launch_func @kernels::@gather_rows blocks
// CHECK-SAME: args(%arg0 : memref<?xi32>, %arg1 : memref<?x8xf32>, %arg2 : memref<?x8xf32>)
// CHECK: gpu.launch_func @kernels::@gather_rows_0 blocks
// CHECK-SAME: args(%arg0 : memref<?xi32>, %arg2 : memref<?x8xf32>, %arg1 : memref<?x8xf32>)
// CHECK: call @last_rows(
// CHECK: func.func private @last_rows(
// CHECK: gpu.launch_func @kernels::@last_rows blocks
func.func @step(%rows: memref<?xi32>, %x: memref<?x8xf32>, %y: memref<?x8xf32>) {
  h3.gather_rows ins(%rows, %x : memref<?xi32>, memref<?x8xf32>) outs(%y : memref<?x8xf32>)
  h3.gather_rows ins(%rows, %y : memref<?xi32>, memref<?x8xf32>) outs(%x : memref<?x8xf32>)
  call @last_rows(%rows, %x, %y) : (memref<?xi32>, memref<?x8xf32>, memref<?x8xf32>) -> ()
  return
}
func.func private @last_rows(%rows: memref<?xi32>, %x: memref<?x8xf32>, %y: memref<?x8xf32>) {
  h3.gather_rows ins(%rows, %x : memref<?xi32>, memref<?x8xf32>) outs(%y : memref<?x8xf32>)
  return
}
