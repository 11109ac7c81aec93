// RUN: split-file %s %t
// RUN: h3-opt %t/good.mlir --h3-convert-to-gpu --canonicalize --cse -split-input-file | FileCheck %t/good.mlir --implicit-check-not="{{ h3\.}}"
// RUN: not h3-opt %t/packed.mlir --h3-convert-to-gpu 2>&1 | FileCheck %s --check-prefix=PACKED

// PACKED: error: 'h3.linear' is left after h3-convert-to-gpu; it must be on memrefs, its weight in rows, its form a recurrence, and the kernel of a convolution in time

//--- packed.mlir
func.func @packed(%x: memref<?x5xf32>, %w: memref<2x5x16xf32>, %y: memref<?x32xf32>) {
  h3.linear ins(%x, %w : memref<?x5xf32>, memref<2x5x16xf32>) outs(%y : memref<?x32xf32>)
  return
}

//--- good.mlir
// A warp for each of 19 features, so three blocks of eight warps. A single row
// has a path of its own, others go in tiles of eight. Inputs of both go through
// the same shared memory. A multiple of four values is read 16 bytes at a time.
// For one row the weight is on its way before the inputs are read; warps behind the
// last feature and lanes behind the row's end have zeros. Each thread brings the
// inputs it has read to shared memory, zeros behind the row's end up to 128, and
// after one barrier a warp has a sum, which its first lane stores.
// CHECK: gpu.func @linear(%arg0: memref<?x8xf32>, %arg1: memref<19x8xf32>, %arg2: memref<?x19xf32>)
// CHECK-SAME: workgroup(%[[STAGED:.*]] : memref<1024xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}, %[[SUMS:.*]] : memref<8x8xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}) kernel attributes {known_block_size = array<i32: 256, 1, 1>} {
// CHECK-DAG: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG: %[[ZEROS:.*]] = arith.constant dense<0.000000e+00> : vector<4xf32>
// CHECK: %[[TILE_X:.*]] = memref.reinterpret_cast %[[STAGED]] to offset: [0], sizes: [8, 128], strides: [128, 1]
// CHECK: %[[ROWS:.*]] = memref.dim %arg0, %c0 : memref<?x8xf32>
// CHECK: %[[SINGLE:.*]] = arith.cmpi eq, %[[ROWS]], %c1 : index
// CHECK: scf.if %[[SINGLE]] {
// CHECK: %[[ROW_X:.*]] = memref.reinterpret_cast %[[STAGED]] to offset: [0], sizes: [1, 128], strides: [128, 1]
// CHECK: %[[BLOCK:.*]] = gpu.block_id x
// CHECK: %[[FIRST:.*]] = arith.muli %[[BLOCK]], %c8 : index
// CHECK: %[[THREAD:.*]] = gpu.thread_id x
// CHECK: %[[WARP:.*]] = arith.divui %[[THREAD]], %c32 : index
// CHECK: %[[FEATURE:.*]] = arith.addi %[[FIRST]], %[[WARP]] : index
// CHECK: %[[NEXT:.*]] = arith.addi %[[FIRST]], %c8 : index
// CHECK: %[[END:.*]] = arith.minui %[[NEXT]], %c19 : index
// CHECK: %[[EXISTS:.*]] = arith.cmpi ult, %[[FEATURE]], %[[END]] : index
// CHECK: %[[W:.*]] = scf.if %[[EXISTS]] -> (vector<4xf32>) {
// CHECK: %[[LANE:.*]] = arith.remui %[[THREAD]], %c32 : index
// CHECK: %[[K:.*]] = arith.muli %[[LANE]], %c4 : index
// CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %[[K]], %c8 : index
// CHECK: %[[OWN:.*]] = scf.if %[[INSIDE]] -> (vector<4xf32>) {
// CHECK-NEXT: %[[LOADED:.*]] = vector.load %arg1[%[[FEATURE]], %[[K]]] {alignment = 16 : i64} : memref<19x8xf32>, vector<4xf32>
// CHECK-NEXT: scf.yield %[[LOADED]]
// CHECK-NEXT: } else {
// CHECK-NEXT: scf.yield %[[ZEROS]] : vector<4xf32>
// CHECK-NEXT: }
// CHECK-NEXT: scf.yield %[[OWN]]
// CHECK-NEXT: } else {
// CHECK-NEXT: scf.yield %[[ZEROS]] : vector<4xf32>
// CHECK: %[[IN_K:.*]] = arith.muli %[[THREAD]], %c4 : index
// CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %[[IN_K]], %c8 : index
// CHECK: %[[X:.*]] = scf.if %[[INSIDE]] -> (vector<4xf32>) {
// CHECK-NEXT: %[[LOADED:.*]] = vector.load %arg0[%c0, %[[IN_K]]] {alignment = 16 : i64} : memref<?x8xf32>, vector<4xf32>
// CHECK-NEXT: scf.yield %[[LOADED]]
// CHECK-NEXT: } else {
// CHECK-NEXT: scf.yield %[[ZEROS]] : vector<4xf32>
// CHECK: %[[IN_SPAN:.*]] = arith.cmpi ult, %[[THREAD]], %c32 : index
// CHECK: scf.if %[[IN_SPAN]] {
// CHECK-NEXT: vector.store %[[X]], %[[ROW_X]][%c0, %[[IN_K]]] {alignment = 16 : i64} : memref<1x128xf32, #gpu.address_space<workgroup>>, vector<4xf32>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK: %[[LANE:.*]] = arith.remui %[[THREAD]], %c32 : index
// CHECK: %[[K:.*]] = arith.muli %[[LANE]], %c4 : index
// CHECK: %[[W0:.*]] = vector.extract %[[W]][0]
// CHECK: %[[W3:.*]] = vector.extract %[[W]][3]
// CHECK: %[[X4:.*]] = vector.load %[[ROW_X]][%c0, %[[K]]] {alignment = 16 : i64}
// CHECK: %[[X0:.*]] = vector.extract %[[X4]][0]
// CHECK: math.fma %[[X0]], %[[W0]], %[[ZERO]] : f32
// CHECK-COUNT-2: math.fma
// CHECK: %[[X3:.*]] = vector.extract %[[X4]][3]
// CHECK: %[[SUM:.*]] = math.fma %[[X3]], %[[W3]], %{{.*}} : f32
// CHECK-NOT: {{math.fma|vector.load|gpu.barrier}}
// CHECK: gpu.shuffle xor %[[SUM]], %c16_i32, %c32_i32 : f32
// CHECK: gpu.shuffle xor %{{.*}}, %c8_i32, %c32_i32 : f32
// CHECK: gpu.shuffle xor %{{.*}}, %c4_i32, %c32_i32 : f32
// CHECK: gpu.shuffle xor %{{.*}}, %c2_i32, %c32_i32 : f32
// CHECK: %[[OTHER:.*]], %{{.*}} = gpu.shuffle xor %[[HALF:.*]], %c1_i32, %c32_i32 : f32
// CHECK: %[[TOTAL:.*]] = arith.addf %[[HALF]], %[[OTHER]] : f32
// CHECK-NOT: {{gpu.shuffle|gpu.barrier}}
// CHECK: %[[IS_FIRST:.*]] = arith.cmpi eq, %[[LANE]], %c0 : index
// CHECK: %[[STORES:.*]] = arith.andi %[[EXISTS]], %[[IS_FIRST]] : i1
// CHECK: scf.if %[[STORES]] {
// CHECK-NEXT: memref.store %[[TOTAL]], %arg2[%c0, %[[FEATURE]]] : memref<?x19xf32>
// CHECK-NEXT: }
// CHECK-NEXT: } else {
// In a tile, warps behind the last feature repeat it, and rows behind the last.
// The weight follows the inputs and is read once for eight sums. A thread for
// each sum of the block stores it, so that neighbours store neighbours.
// CHECK: %[[TILE:.*]] = gpu.block_id y
// CHECK: %[[ROW0:.*]] = arith.muli %[[TILE]], %c8 : index
// CHECK: %[[BLOCK:.*]] = gpu.block_id x
// CHECK: %[[FIRST:.*]] = arith.muli %[[BLOCK]], %c8 : index
// CHECK: %[[THREAD:.*]] = gpu.thread_id x
// CHECK: %[[WARP:.*]] = arith.divui %[[THREAD]], %c32 : index
// CHECK: %[[OWN:.*]] = arith.addi %[[FIRST]], %[[WARP]] : index
// CHECK: %[[FEATURE:.*]] = arith.minui %[[OWN]], %c18 : index
// CHECK: scf.for %[[U:.*]] = %[[THREAD]] to %c256 step %c256 {
// CHECK: %[[I:.*]] = arith.divui %[[U]], %c32 : index
// CHECK: %[[IN_ROW:.*]] = arith.remui %[[U]], %c32 : index
// CHECK: %[[IN_K:.*]] = arith.muli %[[IN_ROW]], %c4 : index
// CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %[[IN_K]], %c8 : index
// CHECK: %[[X:.*]] = scf.if %[[INSIDE]] -> (vector<4xf32>) {
// CHECK: %[[LAST:.*]] = arith.subi %[[ROWS]], %c1 : index
// CHECK: %[[ROW:.*]] = arith.addi %[[ROW0]], %[[I]] : index
// CHECK: %[[SOURCE:.*]] = arith.minui %[[ROW]], %[[LAST]] : index
// CHECK: vector.load %arg0[%[[SOURCE]], %[[IN_K]]] {alignment = 16 : i64} : memref<?x8xf32>, vector<4xf32>
// CHECK: } else {
// CHECK-NEXT: scf.yield %[[ZEROS]] : vector<4xf32>
// CHECK: vector.store %[[X]], %[[TILE_X]][%[[I]], %[[IN_K]]] {alignment = 16 : i64} : memref<8x128xf32, #gpu.address_space<workgroup>>, vector<4xf32>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK: %[[LANE:.*]] = arith.remui %[[THREAD]], %c32 : index
// CHECK: %[[K:.*]] = arith.muli %[[LANE]], %c4 : index
// CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %[[K]], %c8 : index
// CHECK: %[[W:.*]] = scf.if %[[INSIDE]] -> (vector<4xf32>) {
// CHECK-NEXT: vector.load %arg1[%[[FEATURE]], %[[K]]] {alignment = 16 : i64} : memref<19x8xf32>, vector<4xf32>
// CHECK: %[[W0:.*]] = vector.extract %[[W]][0]
// CHECK: %[[X4:.*]] = vector.load %[[TILE_X]][%c0, %[[K]]] {alignment = 16 : i64}
// CHECK: %[[X0:.*]] = vector.extract %[[X4]][0]
// CHECK: math.fma %[[X0]], %[[W0]], %[[ZERO]] : f32
// CHECK-COUNT-2: math.fma
// CHECK: %[[SUM0:.*]] = math.fma
// CHECK-COUNT-6: vector.load %[[TILE_X]][%{{.*}}, %[[K]]] {alignment = 16 : i64}
// CHECK: %[[X4:.*]] = vector.load %[[TILE_X]][%c7, %[[K]]] {alignment = 16 : i64}
// CHECK: %[[X0:.*]] = vector.extract %[[X4]][0]
// CHECK: math.fma %[[X0]], %[[W0]], %[[ZERO]] : f32
// CHECK-COUNT-2: math.fma
// CHECK: %[[SUM7:.*]] = math.fma
// CHECK-NOT: {{math.fma|vector.load}}
// CHECK: gpu.barrier
// CHECK: gpu.shuffle xor %[[SUM0]], %c16_i32, %c32_i32 : f32
// CHECK-COUNT-4: gpu.shuffle xor
// CHECK: %[[TOTAL:.*]] = arith.addf
// CHECK: %[[IS_FIRST:.*]] = arith.cmpi eq, %[[LANE]], %c0 : index
// CHECK: scf.if %[[IS_FIRST]] {
// CHECK-NEXT: memref.store %[[TOTAL]], %[[SUMS]][%c0, %[[WARP]]]
// CHECK-COUNT-5: gpu.shuffle xor
// CHECK: scf.if %[[IS_FIRST]] {
// CHECK-NEXT: memref.store %{{.*}}, %[[SUMS]][%c1, %[[WARP]]]
// CHECK-COUNT-5: gpu.shuffle xor
// CHECK-COUNT-5: memref.store %{{.*}}, %[[SUMS]][
// CHECK: gpu.shuffle xor %[[SUM7]], %c16_i32, %c32_i32 : f32
// CHECK-COUNT-4: gpu.shuffle xor
// CHECK: %[[TOTAL:.*]] = arith.addf
// CHECK: scf.if %[[IS_FIRST]] {
// CHECK-NEXT: memref.store %[[TOTAL]], %[[SUMS]][%c7, %[[WARP]]]
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK-NOT: gpu.shuffle
// CHECK: %[[I:.*]] = arith.divui %[[THREAD]], %c8 : index
// CHECK: %[[F:.*]] = arith.remui %[[THREAD]], %c8 : index
// CHECK: %[[ROW:.*]] = arith.addi %[[ROW0]], %[[I]] : index
// CHECK: %[[COLUMN:.*]] = arith.addi %[[FIRST]], %[[F]] : index
// CHECK: %[[IS_FEATURE:.*]] = arith.cmpi ult, %[[COLUMN]], %c19 : index
// CHECK: %[[IS_ROW:.*]] = arith.cmpi ult, %[[ROW]], %[[ROWS]] : index
// CHECK: %[[BOTH:.*]] = arith.andi %[[IS_ROW]], %[[IS_FEATURE]] : i1
// CHECK: %[[IN_TILE:.*]] = arith.cmpi ult, %[[I]], %c8 : index
// CHECK: %[[STORES:.*]] = arith.andi %[[IN_TILE]], %[[BOTH]] : i1
// CHECK: scf.if %[[STORES]] {
// CHECK-NEXT: %[[RESULT:.*]] = memref.load %[[SUMS]][%[[I]], %[[F]]]
// CHECK-NEXT: memref.store %[[RESULT]], %arg2[%[[ROW]], %[[COLUMN]]] : memref<?x19xf32>
// CHECK-NOT: {{memref.store|gpu.barrier}}
// CHECK: gpu.return
// CHECK: %[[ROWS:.*]] = memref.dim %arg0, %c0 : memref<?x8xf32>
// CHECK: %[[UP:.*]] = arith.addi %[[ROWS]], %c7 : index
// CHECK: %[[TILES:.*]] = arith.divui %[[UP]], %c8 : index
// CHECK: gpu.launch_func @kernels::@linear blocks in (%c3, %[[TILES]], %c1{{.*}}) threads in (%c256, %c1{{.*}}, %c1{{.*}}) args(%arg0 : memref<?x8xf32>, %arg1 : memref<19x8xf32>, %arg2 : memref<?x19xf32>)
func.func @linear(%x: memref<?x8xf32>, %w: memref<19x8xf32>, %y: memref<?x19xf32>) {
  h3.linear ins(%x, %w : memref<?x8xf32>, memref<19x8xf32>) outs(%y : memref<?x19xf32>)
  return
}

// -----

// Of many features a warp has several, eight apart; EACH are those of a block, as
// many as suit the device. Four accesses of a lane make a batch, of which a
// feature has three here. The next one is loaded before the present one is
// multiplied: that of the same feature, or, behind the last, the first of the next
// feature, zeros where the block has none. The loops carry what is loaded.
// CHECK: gpu.func @linear(
// CHECK-SAME: workgroup(%[[STAGED:.*]] : memref<4096xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}, %{{.*}} : memref<8x8xf32,
// CHECK-DAG: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG: %[[ZEROS:.*]] = arith.constant dense<0.000000e+00> : vector<4xf32>
// CHECK: %[[TILE_X:.*]] = memref.reinterpret_cast %[[STAGED]] to offset: [0], sizes: [8, 512], strides: [512, 1]
// CHECK: %[[ROW_X:.*]] = memref.reinterpret_cast %[[STAGED]] to offset: [0], sizes: [1, 1536], strides: [1536, 1]
// CHECK: %[[BLOCK:.*]] = gpu.block_id x
// CHECK: %[[BEGIN:.*]] = arith.muli %[[BLOCK]], %c[[#EACH:]] : index
// CHECK: %[[THREAD:.*]] = gpu.thread_id x
// CHECK: %[[WARP:.*]] = arith.divui %[[THREAD]], %c32 : index
// CHECK: %[[FIRST:.*]] = arith.addi %[[BEGIN]], %[[WARP]] : index
// CHECK: %[[NEXT:.*]] = arith.addi %[[BEGIN]], %c[[#EACH]] : index
// CHECK: %[[END:.*]] = arith.minui %[[NEXT]], %c50257 : index
// CHECK: %[[EXISTS:.*]] = arith.cmpi ult, %[[FIRST]], %[[END]] : index
// CHECK: %[[W:.*]]:4 = scf.if %[[EXISTS]] -> (vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>) {
// CHECK: %[[LANE:.*]] = arith.remui %[[THREAD]], %c32 : index
// CHECK: %[[K0:.*]] = arith.muli %[[LANE]], %c4 : index
// CHECK: %[[W0:.*]] = vector.load %arg1[%[[FIRST]], %[[K0]]]
// CHECK: %[[K1:.*]] = arith.addi %[[K0]], %c128 : index
// CHECK: %[[W1:.*]] = vector.load %arg1[%[[FIRST]], %[[K1]]]
// CHECK: %[[K2:.*]] = arith.addi %[[K0]], %c256 : index
// CHECK: %[[W2:.*]] = vector.load %arg1[%[[FIRST]], %[[K2]]]
// CHECK: %[[K3:.*]] = arith.addi %[[K0]], %c384 : index
// CHECK: %[[W3:.*]] = vector.load %arg1[%[[FIRST]], %[[K3]]]
// CHECK-NEXT: scf.yield %[[W0]], %[[W1]], %[[W2]], %[[W3]] :
// CHECK-NEXT: } else {
// CHECK-NEXT: scf.yield %[[ZEROS]], %[[ZEROS]], %[[ZEROS]], %[[ZEROS]] :
// A thread reads its inputs, every 256th four, before it stores the first.
// CHECK: %[[IN_K:.*]] = arith.muli %[[THREAD]], %c4 : index
// CHECK: %[[X0:.*]] = scf.if
// CHECK-NEXT: vector.load %arg0[%c0, %[[IN_K]]]
// CHECK: %[[UNIT1:.*]] = arith.addi %[[THREAD]], %c256 : index
// CHECK: %[[IN_K1:.*]] = arith.muli %[[UNIT1]], %c4 : index
// CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %[[IN_K1]], %c1536 : index
// CHECK: %[[X1:.*]] = scf.if %[[INSIDE]]
// CHECK-NEXT: vector.load %arg0[%c0, %[[IN_K1]]]
// CHECK-NOT: vector.load
// CHECK: vector.store %[[X0]], %[[ROW_X]][%c0, %[[IN_K]]]
// CHECK: %[[IN_SPANS:.*]] = arith.cmpi ult, %[[UNIT1]], %c384 : index
// CHECK: scf.if %[[IN_SPANS]] {
// CHECK-NEXT: vector.store %[[X1]], %[[ROW_X]][%c0, %[[IN_K1]]] {alignment = 16 : i64} : memref<1x1536xf32, #gpu.address_space<workgroup>>, vector<4xf32>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK-NEXT: %{{.*}}:4 = scf.for %[[T:.*]] = %c0 to %c[[#div(EACH,8)]] step %c1 iter_args(%[[A0:.*]] = %[[W]]#0, %[[A1:.*]] = %[[W]]#1, %[[A2:.*]] = %[[W]]#2, %[[A3:.*]] = %[[W]]#3)
// CHECK: %[[AHEAD:.*]] = arith.muli %[[T]], %c8 : index
// CHECK: %[[FEATURE:.*]] = arith.addi %[[FIRST]], %[[AHEAD]] : index
// CHECK: %[[EXISTS:.*]] = arith.cmpi ult, %[[FEATURE]], %[[END]] : index
// CHECK: %[[LAST:.*]]:5 = scf.for %[[N:.*]] = %c0 to %c2 step %c1 iter_args(%[[B0:.*]] = %[[A0]], %[[B1:.*]] = %[[A1]], %[[B2:.*]] = %[[A2]], %[[B3:.*]] = %[[A3]], %[[BEFORE:.*]] = %[[ZERO]])
// CHECK: %[[N1:.*]] = arith.addi %[[N]], %c1 : index
// CHECK: %[[W:.*]]:4 = scf.if %[[EXISTS]]
// CHECK: %[[START:.*]] = arith.muli %[[N1]], %c512 : index
// CHECK: %[[LANE:.*]] = arith.remui %[[THREAD]], %c32 : index
// CHECK: %[[OWN:.*]] = arith.muli %[[LANE]], %c4 : index
// CHECK: %[[K:.*]] = arith.addi %[[START]], %[[OWN]] : index
// CHECK: %[[W0:.*]] = vector.load %arg1[%[[FEATURE]], %[[K]]]
// CHECK: %[[SPAN0:.*]] = arith.muli %[[N1]], %c4 : index
// CHECK: %[[SPAN1:.*]] = arith.addi %[[SPAN0]], %c1 : index
// CHECK: %[[START:.*]] = arith.muli %[[SPAN1]], %c128 : index
// CHECK: %[[K:.*]] = arith.addi %[[START]], %[[OWN]] : index
// CHECK: %[[W1:.*]] = vector.load %arg1[%[[FEATURE]], %[[K]]]
// CHECK: %[[W2:.*]] = vector.load %arg1[%[[FEATURE]],
// CHECK: %[[W3:.*]] = vector.load %arg1[%[[FEATURE]],
// CHECK-NEXT: scf.yield %[[W0]], %[[W1]], %[[W2]], %[[W3]] :
// CHECK: %[[START:.*]] = arith.muli %[[N]], %c512 : index
// CHECK: %[[LANE:.*]] = arith.remui %[[THREAD]], %c32 : index
// CHECK: %[[OWN:.*]] = arith.muli %[[LANE]], %c4 : index
// CHECK: %[[PLACE:.*]] = arith.addi %[[START]], %[[OWN]] : index
// CHECK: %[[W0:.*]] = vector.extract %[[B0]][0]
// CHECK: %[[X4:.*]] = vector.load %[[ROW_X]][%c0, %[[PLACE]]]
// CHECK: %[[X0:.*]] = vector.extract %[[X4]][0]
// CHECK: math.fma %[[X0]], %[[W0]], %[[BEFORE]] : f32
// CHECK: %[[SPAN0:.*]] = arith.muli %[[N]], %c4 : index
// CHECK: %[[SPAN1:.*]] = arith.addi %[[SPAN0]], %c1 : index
// CHECK: %[[START:.*]] = arith.muli %[[SPAN1]], %c128 : index
// CHECK: %[[PLACE:.*]] = arith.addi %[[START]], %[[OWN]] : index
// CHECK: vector.extract %[[B1]][0]
// CHECK: vector.load %[[ROW_X]][%c0, %[[PLACE]]]
// CHECK: vector.extract %[[B2]][0]
// CHECK: vector.load %[[ROW_X]]
// CHECK: %[[W3:.*]] = vector.extract %[[B3]][3]
// CHECK: %[[X4:.*]] = vector.load %[[ROW_X]]
// CHECK: %[[X3:.*]] = vector.extract %[[X4]][3]
// CHECK: %[[SUM:.*]] = math.fma %[[X3]], %[[W3]], %{{.*}} : f32
// CHECK-NEXT: scf.yield %[[W]]#0, %[[W]]#1, %[[W]]#2, %[[W]]#3, %[[SUM]] :
// CHECK: %[[T1:.*]] = arith.addi %[[T]], %c1 : index
// CHECK: %[[AHEAD:.*]] = arith.muli %[[T1]], %c8 : index
// CHECK: %[[NEXT:.*]] = arith.addi %[[FIRST]], %[[AHEAD]] : index
// CHECK: %[[ONE_MORE:.*]] = arith.cmpi ult, %[[NEXT]], %[[END]] : index
// CHECK: %[[W:.*]]:4 = scf.if %[[ONE_MORE]]
// CHECK: %[[LANE:.*]] = arith.remui %[[THREAD]], %c32 : index
// CHECK: %[[K:.*]] = arith.muli %[[LANE]], %c4 : index
// CHECK: %[[W0:.*]] = vector.load %arg1[%[[NEXT]], %[[K]]]
// CHECK: %[[W1:.*]] = vector.load %arg1[%[[NEXT]],
// CHECK: %[[W2:.*]] = vector.load %arg1[%[[NEXT]],
// CHECK: %[[W3:.*]] = vector.load %arg1[%[[NEXT]],
// CHECK-NEXT: scf.yield %[[W0]], %[[W1]], %[[W2]], %[[W3]] :
// CHECK-NEXT: } else {
// CHECK-NEXT: scf.yield %[[ZEROS]], %[[ZEROS]], %[[ZEROS]], %[[ZEROS]] :
// CHECK: %[[LANE:.*]] = arith.remui %[[THREAD]], %c32 : index
// CHECK: %[[OWN:.*]] = arith.muli %[[LANE]], %c4 : index
// CHECK: %[[PLACE:.*]] = arith.addi %[[OWN]], %c1024 : index
// CHECK: %[[W0:.*]] = vector.extract %[[LAST]]#0[0]
// CHECK: %[[X4:.*]] = vector.load %[[ROW_X]][%c0, %[[PLACE]]]
// CHECK: %[[X0:.*]] = vector.extract %[[X4]][0]
// CHECK: math.fma %[[X0]], %[[W0]], %[[LAST]]#4 : f32
// CHECK-COUNT-3: vector.load %[[ROW_X]]
// CHECK-COUNT-3: math.fma
// CHECK: %[[SUM:.*]] = math.fma
// CHECK-NOT: {{math.fma|vector.load|gpu.barrier}}
// CHECK: gpu.shuffle xor %[[SUM]], %c16_i32, %c32_i32 : f32
// CHECK-COUNT-4: gpu.shuffle xor
// CHECK: %[[TOTAL:.*]] = arith.addf
// CHECK: %[[IS_FIRST:.*]] = arith.cmpi eq, %[[LANE]], %c0 : index
// CHECK: %[[STORES:.*]] = arith.andi %[[EXISTS]], %[[IS_FIRST]] : i1
// CHECK: scf.if %[[STORES]] {
// CHECK-NEXT: memref.store %[[TOTAL]], %arg2[%c0, %[[FEATURE]]] : memref<?x50257xf32>
// CHECK-NEXT: }
// CHECK-NEXT: scf.yield %[[W]]#0, %[[W]]#1, %[[W]]#2, %[[W]]#3 :
// CHECK: } else {
// For a tile a warp has one feature. Inputs come in pieces of 512, with a barrier
// before a piece is read and one before the next is stored.
// CHECK: %[[TILE_BLOCK:.*]] = gpu.block_id x
// CHECK: %[[BEGIN:.*]] = arith.muli %[[TILE_BLOCK]], %c8 : index
// CHECK: %[[OWN:.*]] = arith.addi %[[BEGIN]], %{{.*}} : index
// CHECK: %[[FEATURE:.*]] = arith.minui %[[OWN]], %c50256 : index
// CHECK: scf.for %[[PIECE:.*]] = %c0 to %c1536 step %c512 iter_args(
// CHECK: scf.for %{{.*}} to %c1024 step %c256 {
// CHECK: %[[IN_K:.*]] = arith.addi %[[PIECE]], %[[IN_PIECE:.*]] : index
// CHECK: %[[X:.*]] = vector.load %arg0[%{{.*}}, %[[IN_K]]]
// CHECK-NEXT: vector.store %[[X]], %[[TILE_X]][%{{.*}}, %[[IN_PIECE]]] {alignment = 16 : i64} : memref<8x512xf32, #gpu.address_space<workgroup>>, vector<4xf32>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK-NEXT: %[[SUMS:.*]]:8 = scf.for %{{.*}} = %c0 to %c4 step %c1 iter_args(
// CHECK: vector.load %arg1[%[[FEATURE]],
// CHECK-COUNT-8: vector.load %[[TILE_X]][
// CHECK: scf.yield
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK-NEXT: scf.yield %[[SUMS]]#0,
// CHECK: %[[ROWS:.*]] = memref.dim %arg0, %c0
// CHECK: %[[SINGLE:.*]] = arith.cmpi eq, %[[ROWS]], %c1 : index
// CHECK: %[[BLOCKS:.*]] = arith.select %[[SINGLE]], %c[[#add(div(50256,EACH),1)]], %c6283 : index
// CHECK: gpu.launch_func @kernels::@linear blocks in (%[[BLOCKS]], %{{.*}}, %c1) threads in (%c256,
func.func @features(%x: memref<?x1536xf32>, %w: memref<50257x1536xf32>, %y: memref<?x50257xf32>) {
  h3.linear ins(%x, %w : memref<?x1536xf32>, memref<50257x1536xf32>) outs(%y : memref<?x50257xf32>)
  return
}

// -----

// Shared memory has no room for a row this long: a single row is a tile, too.
// What is left behind 23 pieces is stored after they are read, with zeros behind
// the row's end.
// CHECK: gpu.func @linear(
// CHECK-SAME: workgroup(%[[STAGED:.*]] : memref<8x512xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64}, %{{.*}} : memref<8x8xf32,
// CHECK: %[[ZEROS:.*]] = arith.constant dense<0.000000e+00> : vector<4xf32>
// CHECK-NOT: {{arith.cmpi eq|scf.if}}
// CHECK: gpu.block_id y
// CHECK: scf.for %{{.*}} = %c0 to %c11776 step %c512 iter_args(
// CHECK: vector.store %{{.*}}, %[[STAGED]][
// CHECK: gpu.barrier
// CHECK: vector.load %[[STAGED]][
// CHECK: gpu.barrier
// CHECK-NEXT: scf.yield
// CHECK-NEXT: }
// CHECK-NEXT: scf.for %[[U:.*]] = %{{.*}} to %c256 step %c256 {
// CHECK: %[[IN_ROW:.*]] = arith.remui %[[U]], %c32 : index
// CHECK: %[[IN_PIECE:.*]] = arith.muli %[[IN_ROW]], %c4 : index
// CHECK: %[[IN_K:.*]] = arith.addi %[[IN_PIECE]], %c11776 : index
// CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %[[IN_K]], %c11780 : index
// CHECK: %[[X:.*]] = scf.if %[[INSIDE]]
// CHECK: vector.load %arg0[%{{.*}}, %[[IN_K]]]
// CHECK: } else {
// CHECK-NEXT: scf.yield %[[ZEROS]] :
// CHECK: vector.store %[[X]], %[[STAGED]][%{{.*}}, %[[IN_PIECE]]] {alignment = 16 : i64} : memref<8x512xf32, #gpu.address_space<workgroup>>, vector<4xf32>
// CHECK-NEXT: }
// CHECK-NEXT: gpu.barrier
// CHECK: %[[OWN:.*]] = arith.muli %{{.*}}, %c4 : index
// CHECK: %[[K:.*]] = arith.addi %[[OWN]], %c11776 : index
// CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %[[K]], %c11780 : index
// CHECK: scf.if %[[INSIDE]]
// CHECK-NEXT: vector.load %arg1[%{{.*}}, %[[K]]]
// CHECK-COUNT-8: vector.load %[[STAGED]][%{{.*}}, %[[OWN]]]
// CHECK: gpu.launch_func @kernels::@linear blocks in (%c6283, %{{.*}}, %c1) threads in (%c256,
func.func @long(%x: memref<?x11780xf32>, %w: memref<50257x11780xf32>, %y: memref<?x50257xf32>) {
  h3.linear ins(%x, %w : memref<?x11780xf32>, memref<50257x11780xf32>) outs(%y : memref<?x50257xf32>)
  return
}

// -----

// Rows of five floats do not start at multiples of 16 bytes: one at a time, by
// the first five lanes.
// CHECK: gpu.func @linear(
// CHECK-NOT: vector<4xf32>
// CHECK: %[[K:.*]] = arith.remui %{{.*}}, %c32 : index
// CHECK: arith.cmpi ult, %[[K]], %c5 : index
// CHECK: vector.load %arg1[%{{.*}}, %[[K]]] {alignment = 4 : i64} : memref<8x5xf32>, vector<1xf32>
// CHECK: arith.cmpi ult, %[[IN_K:.*]], %c5 : index
// CHECK: vector.load %arg0[%c0, %[[IN_K]]] {alignment = 4 : i64} : memref<?x5xf32>, vector<1xf32>
// CHECK: math.fma
// CHECK-NOT: math.fma
// CHECK: gpu.shuffle
// CHECK-NOT: vector<4xf32>
// CHECK: gpu.launch_func @kernels::@linear blocks in (%c1, %{{.*}}, %c1{{.*}}) threads in (%c256,
func.func @scalar(%x: memref<?x5xf32>, %w: memref<8x5xf32>, %y: memref<?x8xf32>) {
  h3.linear ins(%x, %w : memref<?x5xf32>, memref<8x5xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// Sum, bias, activation, former output, in this order, on both paths. One row
// loads bias and former output before it multiplies; there, warps behind the last
// feature load those of the last.
// CHECK: gpu.func @linear(
// CHECK: %[[EXISTS:.*]] = arith.cmpi ult, %[[FEATURE:.*]], %[[END:.*]] : index
// CHECK: scf.if %[[EXISTS]] -> (vector<4xf32>) {
// CHECK: gpu.barrier
// CHECK: %[[LAST:.*]] = arith.subi %[[END]], %c1 : index
// CHECK: %[[KNOWN:.*]] = arith.minui %[[FEATURE]], %[[LAST]] : index
// CHECK: %[[BIAS:.*]] = memref.load %arg2[%[[KNOWN]]] : memref<8xf32>
// CHECK: %[[FORMER:.*]] = memref.load %arg3[%c0, %[[KNOWN]]]
// CHECK: math.fma
// CHECK-COUNT-5: gpu.shuffle xor
// CHECK: %[[SUM:.*]] = arith.addf
// CHECK: %[[BIASED:.*]] = arith.addf %[[SUM]], %[[BIAS]] : f32
// CHECK: arith.mulf %[[BIASED]], %[[BIASED]] : f32
// CHECK: %[[TANH:.*]] = math.tanh %{{.*}} : f32
// CHECK: %[[GATE:.*]] = arith.addf %[[TANH]], %{{.*}} : f32
// CHECK: %[[ACTIVE:.*]] = arith.mulf %{{.*}}, %[[GATE]] : f32
// CHECK: %[[RESULT:.*]] = arith.addf %[[ACTIVE]], %[[FORMER]] : f32
// CHECK: memref.store %[[RESULT]], %arg3[%c0, %[[FEATURE]]]
// CHECK: } else {
// CHECK: %[[SUM:.*]] = memref.load %{{.*}} : memref<8x8xf32, #gpu.address_space<workgroup>>
// CHECK: %[[BIAS:.*]] = memref.load %arg2[%[[FEATURE:.*]]] : memref<8xf32>
// CHECK: %[[FORMER:.*]] = memref.load %arg3[%[[ROW:.*]], %[[FEATURE]]]
// CHECK: %[[BIASED:.*]] = arith.addf %[[SUM]], %[[BIAS]] : f32
// CHECK: math.tanh
// CHECK: %[[ACTIVE:.*]] = arith.mulf
// CHECK: %[[ACTIVE:.*]] = arith.mulf
// CHECK: %[[RESULT:.*]] = arith.addf %[[ACTIVE]], %[[FORMER]] : f32
// CHECK: memref.store %[[RESULT]], %arg3[%[[ROW]], %[[FEATURE]]]
func.func @epilogue(%x: memref<?x4xf32>, %w: memref<8x4xf32>, %b: memref<8xf32>, %y: memref<?x8xf32>) {
  h3.linear {accumulate, gelu} ins(%x, %w : memref<?x4xf32>, memref<8x4xf32>) bias(%b : memref<8xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// Without them there is only the sum.
// CHECK: gpu.func @linear(
// CHECK-NOT: {{math.tanh|memref.load %arg[0-2]\[}}
// CHECK: gpu.return
func.func @no_epilogue(%x: memref<?x4xf32>, %w: memref<8x4xf32>, %y: memref<?x8xf32>) {
  h3.linear ins(%x, %w : memref<?x4xf32>, memref<8x4xf32>) outs(%y : memref<?x8xf32>)
  return
}
