// RUN: h3-opt %s --h3-convert-to-gpu --canonicalize --cse -split-input-file | FileCheck %s --implicit-check-not="{{ h3\.}}"
// Dense weights of every type: how wide accesses are, what they are decoded to,
// where scales go. The paths for one row and for tiles of eight have the same.

// Eight halves are 16 bytes; a warp reads 256 columns at once, here all of them.
// Its lanes read inputs four at a time, so those of an access lie in two groups,
// 144 floats apart.
// CHECK: gpu.func @linear(%arg0: memref<?x256xf32>, %arg1: memref<8x256xf16>, %arg2: memref<?x8xf32>)
// CHECK-SAME: workgroup(%[[STAGED:.*]] : memref<8x288xf32,
// CHECK: %[[LANE:.*]] = arith.remui %{{.*}}, %c32 : index
// CHECK: %[[K:.*]] = arith.muli %[[LANE]], %c8 : index
// CHECK-NEXT: %[[W:.*]] = vector.load %arg1[%{{.*}}, %[[K]]] {alignment = 16 : i64} : memref<8x256xf16>, vector<8xf16>
// CHECK: vector.load %arg0[{{.*}}] {alignment = 16 : i64} : memref<?x256xf32>, vector<4xf32>
// CHECK: %[[PLACE:.*]] = arith.muli %[[LANE]], %c4 : index
// CHECK: %[[W0:.*]] = vector.extract %[[W]][0] : f16
// CHECK-NEXT: %[[F0:.*]] = arith.extf %[[W0]] : f16 to f32
// CHECK: %[[X:.*]] = vector.load %[[STAGED]][%c0, %[[PLACE]]] {alignment = 16 : i64}
// CHECK: %[[X0:.*]] = vector.extract %[[X]][0]
// CHECK: math.fma %[[X0]], %[[F0]],
// CHECK-COUNT-3: math.fma
// CHECK: %[[W7:.*]] = vector.extract %[[W]][7] : f16
// CHECK-NEXT: %[[F7:.*]] = arith.extf %[[W7]] : f16 to f32
// CHECK: %[[SECOND:.*]] = arith.addi %[[PLACE]], %c144 : index
// CHECK: vector.load %[[STAGED]][%c0, %[[SECOND]]]
// CHECK-COUNT-3: math.fma
// CHECK: math.fma %{{.*}}, %[[F7]],
// CHECK-NOT: math.fma
// CHECK: } else {
// CHECK: vector.load %arg1[{{.*}}] {alignment = 16 : i64} : memref<8x256xf16>, vector<8xf16>
// CHECK-NOT: vector.load %arg1
// CHECK-COUNT-64: math.fma
// CHECK-NOT: math.fma
// CHECK: gpu.return
func.func @half(%x: memref<?x256xf32>, %w: memref<8x256xf16>, %y: memref<?x8xf32>) {
  h3.linear ins(%x, %w : memref<?x256xf32>, memref<8x256xf16>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// Rows of twelve halves start at multiples of eight bytes. Lanes behind the row's
// end have zeros.
// CHECK: gpu.func @linear(
// CHECK: %[[K:.*]] = arith.muli %{{.*}}, %c4 : index
// CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %[[K]], %c12 : index
// CHECK: scf.if %[[INSIDE]] -> (vector<4xbf16>) {
// CHECK-NEXT: vector.load %arg1[%{{.*}}, %[[K]]] {alignment = 8 : i64} : memref<8x12xbf16>, vector<4xbf16>
// CHECK: } else {
// CHECK-NEXT: scf.yield %cst{{.*}} : vector<4xbf16>
// CHECK-COUNT-4: arith.extf %{{.*}} : bf16 to f32
func.func @ragged(%x: memref<?x12xf32>, %w: memref<8x12xbf16>, %y: memref<?x8xf32>) {
  h3.linear ins(%x, %w : memref<?x12xf32>, memref<8x12xbf16>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// Rows of an odd number of halves: one at a time, the inputs too.
// CHECK: gpu.func @linear(
// CHECK-NOT: {{vector<[248]xf}}
// CHECK: vector.load %arg1[{{.*}}] {alignment = 2 : i64} : memref<8x7xf16>, vector<1xf16>
// CHECK-NOT: {{vector<[248]xf}}
// CHECK: vector.load %arg0[{{.*}}] {alignment = 4 : i64} : memref<?x7xf32>, vector<1xf32>
// CHECK-NOT: {{vector<[248]xf}}
// CHECK: gpu.return
func.func @odd(%x: memref<?x7xf32>, %w: memref<8x7xf16>, %y: memref<?x8xf32>) {
  h3.linear ins(%x, %w : memref<?x7xf32>, memref<8x7xf16>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// 16 values of 8 bits at a time, in pieces of 1024 columns and what is left: two
// accesses for each lane, then one for the first two lanes. The scale of a row is
// for the whole sum, before the bias.
// CHECK: gpu.func @linear(
// CHECK: scf.for %[[START:.*]] = %c0 to %c2048 step %c1024 iter_args(%{{.*}} = %{{.*}}) -> (f32) {
// CHECK: %[[OWN:.*]] = arith.muli %{{.*}}, %c16 : index
// CHECK: %[[K:.*]] = arith.addi %[[START]], %[[OWN]] : index
// CHECK: %[[W:.*]] = vector.load %arg1[%[[F:.*]], %[[K]]] {alignment = 16 : i64} : memref<8x2080xi8>, vector<16xi8>
// CHECK: vector.load %arg1[%[[F]], %{{.*}}] {alignment = 16 : i64} : memref<8x2080xi8>, vector<16xi8>
// CHECK-NOT: vector.load %arg1
// CHECK: %[[W0:.*]] = vector.extract %[[W]][0] : i8
// CHECK-NEXT: arith.sitofp %[[W0]] : i8 to f32
// CHECK-COUNT-32: math.fma
// CHECK-NOT: math.fma
// CHECK: scf.yield
// CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %{{.*}}, %c32 : index
// CHECK: scf.if %[[INSIDE]] -> (vector<16xi8>) {
// CHECK: vector.load %arg1[%[[F]], %{{.*}}] {alignment = 16 : i64} : memref<8x2080xi8>, vector<16xi8>
// CHECK-COUNT-16: math.fma
// CHECK-NOT: math.fma
// CHECK: gpu.shuffle
// CHECK: %[[SUM:.*]] = memref.load %{{.*}} : memref<8x8xf32, #gpu.address_space<workgroup>>
// CHECK: %[[SCALE:.*]] = memref.load %arg2[%[[COLUMN:.*]]] : memref<8xf32>
// CHECK: %[[SCALED:.*]] = arith.mulf %[[SUM]], %[[SCALE]] : f32
// CHECK: %[[BIAS:.*]] = memref.load %arg3[%[[COLUMN]]] : memref<8xf32>
// CHECK: arith.addf %[[SCALED]], %[[BIAS]] : f32
// CHECK: } else {
// CHECK: memref.load %arg2[
func.func @int8(%x: memref<?x2080xf32>, %w: memref<8x2080xi8>, %s: memref<8xf32>, %b: memref<8xf32>, %y: memref<?x8xf32>) {
  h3.linear ins(%x, %w : memref<?x2080xf32>, memref<8x2080xi8>) scales(%s : memref<8xf32>) bias(%b : memref<8xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// A group of 32 values of four bits is 16 bytes with one scale, for the first
// three lanes. With its highest bit inverted n + 8 is n in two's complement; the
// even k are in the low bits. The scale multiplies the sum of its group.
// CHECK: gpu.func @linear(
// CHECK-DAG: %[[SIGNS:.*]] = arith.constant -2004318072 : i32
// CHECK: %[[K:.*]] = arith.muli %{{.*}}, %c32 : index
// CHECK: %[[INSIDE:.*]] = arith.cmpi ult, %[[K]], %c96 : index
// CHECK: %[[ACCESS:.*]]:2 = scf.if %[[INSIDE]] -> (vector<16xi8>, f32) {
// CHECK: %[[GROUP:.*]] = arith.divui %[[K]], %c32 : index
// CHECK: %[[SCALE:.*]] = memref.load %arg2[%[[F:.*]], %[[GROUP]]] : memref<8x3xf16>
// CHECK: %[[BYTE:.*]] = arith.divui %[[K]], %c2 : index
// CHECK: %[[BITS:.*]] = vector.load %arg1[%[[F]], %[[BYTE]]] {alignment = 16 : i64} : memref<8x48xi8>, vector<16xi8>
// CHECK: %[[WIDE:.*]] = arith.extf %[[SCALE]] : f16 to f32
// CHECK: scf.yield %[[BITS]], %[[WIDE]] : vector<16xi8>, f32
// CHECK: } else {
// CHECK-NEXT: scf.yield %{{.*}}, %[[ZERO:.*]] : vector<16xi8>, f32
// CHECK: %[[WORDS:.*]] = vector.bitcast %[[ACCESS]]#0 : vector<16xi8> to vector<4xi32>
// CHECK: %[[WORD:.*]] = vector.extract %[[WORDS]][0] : i32
// CHECK: %[[SIGNED:.*]] = arith.xori %[[WORD]], %[[SIGNS]] : i32
// CHECK: %[[HIGH:.*]] = arith.shli %[[SIGNED]], %c28_i32 : i32
// CHECK: %[[N0:.*]] = arith.shrsi %[[HIGH]], %c28_i32 : i32
// CHECK: %[[F0:.*]] = arith.sitofp %[[N0]] : i32 to f32
// CHECK: %[[HIGH:.*]] = arith.shli %[[SIGNED]], %c24_i32 : i32
// CHECK: %[[N1:.*]] = arith.shrsi %[[HIGH]], %c28_i32 : i32
// CHECK: %[[F1:.*]] = arith.sitofp %[[N1]] : i32 to f32
// CHECK: %[[X0:.*]] = vector.extract %{{.*}}[0] : f32
// CHECK: %[[P0:.*]] = math.fma %[[X0]], %[[F0]], %[[ZERO]] : f32
// CHECK: %[[X1:.*]] = vector.extract %{{.*}}[1] : f32
// CHECK: math.fma %[[X1]], %[[F1]], %[[P0]] : f32
// CHECK: %[[N7:.*]] = arith.shrsi %[[SIGNED]], %c28_i32 : i32
// CHECK: vector.extract %[[WORDS]][3] : i32
// CHECK: math.fma %[[ACCESS]]#1, %[[PARTIAL:.*]], %[[ZERO]] : f32
// CHECK-NOT: math.fma
// CHECK: gpu.shuffle
// CHECK-NOT: memref.load %arg2
// CHECK: } else {
// CHECK: %[[ACCESS:.*]]:2 = scf.if %{{.*}} -> (vector<16xi8>, f32) {
// CHECK-COUNT-8: math.fma %[[ACCESS]]#1,
// CHECK-NOT: math.fma
// CHECK: gpu.return
func.func @int4(%x: memref<?x96xf32>, %w: memref<8x48xi8>, %s: memref<8x3xf16>, %y: memref<?x8xf32>) {
  h3.linear ins(%x, %w : memref<?x96xf32>, memref<8x48xi8>) scales(%s : memref<8x3xf16>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// A warp has a row's mean and scale, each sum over its lanes, before the weight
// is read; inputs are normalised on their way to shared memory. A single row
// takes one warp, a tile all eight.
// CHECK: gpu.func @linear(
// CHECK-SAME: memref<8x2xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64})
// CHECK-DAG: %[[EPSILON:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG: %[[COUNT:.*]] = arith.constant 2.400000e+01 : f32
// CHECK: %[[WARP:.*]] = arith.divui %{{.*}}, %c32 : index
// CHECK: %[[OWN:.*]] = arith.cmpi ult, %[[WARP]], %c1 : index
// CHECK: scf.if %[[OWN]] {
// CHECK: %[[SUM:.*]] = scf.for %{{.*}} to %c24 step %c128 iter_args
// CHECK-COUNT-4: arith.addf
// CHECK: gpu.shuffle xor %[[SUM]],
// CHECK-COUNT-4: gpu.shuffle
// CHECK: %[[MEAN:.*]] = arith.divf %{{.*}}, %[[COUNT]] : f32
// CHECK: %[[SQUARES:.*]] = scf.for %{{.*}} to %c24 step %c128 iter_args
// CHECK: %[[CENTRED:.*]] = arith.subf %{{.*}}, %[[MEAN]] : f32
// CHECK: math.fma %[[CENTRED]], %[[CENTRED]],
// CHECK: gpu.shuffle xor %[[SQUARES]],
// CHECK-COUNT-4: gpu.shuffle
// CHECK: %[[VARIANCE:.*]] = arith.divf %{{.*}}, %[[COUNT]] : f32
// CHECK: %[[SHIFTED:.*]] = arith.addf %[[VARIANCE]], %[[EPSILON]] : f32
// CHECK: %[[DEVIATION:.*]] = math.sqrt %[[SHIFTED]] : f32
// CHECK: memref.store %[[MEAN]], %[[STATISTICS:.*]][%[[WARP]], %c0]
// CHECK: %[[INVERSE:.*]] = arith.divf %{{.*}}, %[[DEVIATION]] : f32
// CHECK: memref.store %[[INVERSE]], %[[STATISTICS]][%[[WARP]], %c1]
// CHECK: gpu.barrier
// CHECK: vector.load %arg1[{{.*}}] {alignment = 8 : i64} : memref<8x24xi8>, vector<8xi8>
// CHECK: %[[X:.*]] = vector.load %arg0[
// CHECK: memref.load %[[STATISTICS]][%[[I:.*]], %c1]
// CHECK: memref.load %[[STATISTICS]][%[[I]], %c0]
// CHECK: %[[OFF:.*]] = arith.subf %[[X]], %{{.*}} : vector<4xf32>
// CHECK: %[[NORMAL:.*]] = arith.mulf %[[OFF]], %{{.*}} : vector<4xf32>
// CHECK-DAG: %[[B:.*]] = vector.load %arg4[%[[K:.*]]] {alignment = 16 : i64}
// CHECK-DAG: %[[G:.*]] = vector.load %arg3[%{{.*}}] {alignment = 16 : i64}
// CHECK: math.fma %[[NORMAL]], %[[G]], %[[B]] : vector<4xf32>
// CHECK: gpu.barrier
// CHECK: } else {
// CHECK: gpu.block_id y
// CHECK: arith.cmpi ult, %[[WARP]], %c8 : index
func.func @norm(%x: memref<?x24xf32>, %w: memref<8x24xi8>, %s: memref<8xf32>, %g: memref<24xf32>, %h: memref<24xf32>, %y: memref<?x8xf32>) {
  h3.linear {epsilon = 0.25 : f32} ins(%x, %w : memref<?x24xf32>, memref<8x24xi8>) scales(%s : memref<8xf32>)
    norm(%g, %h : memref<24xf32>, memref<24xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

// Tables: the channels of a store at a time, times the scale of the token or of
// the group.
// CHECK: gpu.func @embedding(
// CHECK: %[[TOKEN:.*]] = arith.index_cast
// CHECK: %[[SCALE:.*]] = memref.load %arg2[%[[TOKEN]]] : memref<500xf32>
// CHECK: scf.for %[[A:.*]] = %{{.*}} to %c6 step %c256 {
// CHECK: %[[C:.*]] = arith.muli %[[A]], %c4 : index
// CHECK: vector.load %arg1[%[[TOKEN]], %[[C]]] {alignment = 4 : i64} : memref<500x24xi8>, vector<4xi8>
// CHECK-COUNT-4: arith.sitofp %{{.*}} : i8 to f32
// CHECK: %[[VALUES:.*]] = vector.from_elements
// CHECK: %[[SCALES:.*]] = vector.broadcast %[[SCALE]] : f32 to vector<4xf32>
// CHECK: %[[OUT:.*]] = arith.mulf %[[VALUES]], %[[SCALES]] : vector<4xf32>
// CHECK: vector.store %[[OUT]], %arg3[%{{.*}}, %[[C]]] {alignment = 16 : i64}
func.func @table_int8(%ids: memref<?xi32>, %w: memref<500x24xi8>, %s: memref<500xf32>, %y: memref<?x24xf32>) {
  h3.embedding ins(%ids, %w : memref<?xi32>, memref<500x24xi8>) scales(%s : memref<500xf32>) outs(%y : memref<?x24xf32>)
  return
}

// -----

// CHECK: gpu.func @embedding(
// CHECK: %[[TOKEN:.*]] = arith.index_cast
// CHECK: scf.for %[[A:.*]] = %{{.*}} to %c24 step %c256 {
// CHECK: %[[C:.*]] = arith.muli %[[A]], %c4 : index
// CHECK: %[[GROUP:.*]] = arith.divui %[[C]], %c32 : index
// CHECK: %[[SCALE:.*]] = memref.load %arg2[%[[TOKEN]], %[[GROUP]]] : memref<500x3xf16>
// CHECK: %[[BYTE:.*]] = arith.divui %[[C]], %c2 : index
// CHECK: vector.load %arg1[%[[TOKEN]], %[[BYTE]]] {alignment = 2 : i64} : memref<500x48xi8>, vector<2xi8>
// CHECK: arith.extf %[[SCALE]] : f16 to f32
// CHECK: vector.bitcast %{{.*}} : vector<2xi8> to vector<1xi16>
// CHECK: %[[WORD:.*]] = arith.extui %{{.*}} : i16 to i32
// CHECK: %[[SIGNED:.*]] = arith.xori %[[WORD]], %{{.*}} : i32
// CHECK: arith.shli %[[SIGNED]], %c28_i32 : i32
// CHECK: arith.shli %[[SIGNED]], %c24_i32 : i32
// CHECK: arith.shli %[[SIGNED]], %c20_i32 : i32
// CHECK: arith.shli %[[SIGNED]], %c16_i32 : i32
// CHECK: arith.mulf %{{.*}} : vector<4xf32>
// CHECK: vector.store %{{.*}}, %arg3[%{{.*}}, %[[C]]] {alignment = 16 : i64}
func.func @table_int4(%ids: memref<?xi32>, %w: memref<500x48xi8>, %s: memref<500x3xf16>, %y: memref<?x96xf32>) {
  h3.embedding ins(%ids, %w : memref<?xi32>, memref<500x48xi8>) scales(%s : memref<500x3xf16>) outs(%y : memref<?x96xf32>)
  return
}

// -----

// CHECK: gpu.func @embedding(
// CHECK: scf.for %[[A:.*]] = %{{.*}} to %c3 step %c256 {
// CHECK: vector.load %arg1[{{.*}}] {alignment = 4 : i64} : memref<500x6xbf16>, vector<2xbf16>
// CHECK-COUNT-2: arith.extf %{{.*}} : bf16 to f32
// CHECK-NOT: arith.mulf
// CHECK: vector.store %{{.*}} {alignment = 8 : i64} : memref<?x6xf32>, vector<2xf32>
func.func @table_bf16(%ids: memref<?xi32>, %w: memref<500x6xbf16>, %y: memref<?x6xf32>) {
  h3.embedding ins(%ids, %w : memref<?xi32>, memref<500x6xbf16>) outs(%y : memref<?x6xf32>)
  return
}
