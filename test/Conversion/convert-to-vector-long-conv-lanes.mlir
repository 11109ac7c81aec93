// RUN: not h3-opt %s --h3-convert-to-vector=lanes=16 -split-input-file >%t.16 2>%t.16.err
// RUN: not h3-opt %s --h3-convert-to-vector=lanes=8 -split-input-file >%t.8 2>%t.8.err
// RUN: FileCheck %s --check-prefix=L16 --implicit-check-not=h3.long_conv --implicit-check-not='vector<8x' < %t.16
// RUN: FileCheck %s --check-prefix=L8 --implicit-check-not=h3.long_conv --implicit-check-not='vector<16x' --implicit-check-not=mask < %t.8
// RUN: FileCheck %s --check-prefix=MASK16 < %t.16
// RUN: FileCheck %s --check-prefix=ERROR16 --implicit-check-not=error: < %t.16.err
// RUN: FileCheck %s --check-prefix=ERROR8 --implicit-check-not=error: < %t.8.err

// In time, a task has the channels of a register, and a tile 16 rows or 8: what
// fits beside the tap and the input. Rows that are left go one by one.
// L16-LABEL: @direct
// L16: %[[WINDOW:.*]] = memref.alloca() {alignment = 64 : i64} : memref<260x16xf32>
// L16: %[[BLOCKS:.*]] = arith.constant 2 : index
// L16: scf.parallel (%{{.*}}, %{{.*}}) = ({{.*}}) to (%{{.*}}, %[[BLOCKS]]) step
// L16: %{{.*}}:16 = scf.for {{.*}} iter_args
// L16-NEXT: vector.load %arg1[%{{.*}}] : memref<5x32xf32>, vector<16xf32>
// L16-COUNT-16: math.fma {{.*}} : vector<16xf32>
// L16-NEXT: scf.yield
// L16-COUNT-16: vector.store %{{.*}}, %arg3[%{{.*}}] : memref<?x32xf32>, vector<16xf32>
// L16: scf.for {{.*}} iter_args({{.*}}) -> (vector<16xf32>) {
// L16-COUNT-1: math.fma
// L16-NEXT: scf.yield
// L16: vector.store %{{.*}}, %arg3[%{{.*}}] : memref<?x32xf32>, vector<16xf32>
// L16: return
// MASK16-LABEL: @direct
// MASK16-NOT: mask
// MASK16: return
// L8-LABEL: @direct
// L8: %[[WINDOW:.*]] = memref.alloca() {alignment = 64 : i64} : memref<260x8xf32>
// L8: %[[BLOCKS:.*]] = arith.constant 4 : index
// L8: scf.parallel (%{{.*}}, %{{.*}}) = ({{.*}}) to (%{{.*}}, %[[BLOCKS]]) step
// L8: %{{.*}}:8 = scf.for {{.*}} iter_args
// L8-NEXT: vector.load %arg1[%{{.*}}] : memref<5x32xf32>, vector<8xf32>
// L8-COUNT-8: math.fma {{.*}} : vector<8xf32>
// L8-NEXT: scf.yield
// L8-COUNT-8: vector.store %{{.*}}, %arg3[%{{.*}}] : memref<?x32xf32>, vector<8xf32>
// L8: scf.for {{.*}} iter_args({{.*}}) -> (vector<8xf32>) {
// L8-COUNT-1: math.fma
// L8-NEXT: scf.yield
// L8: vector.store %{{.*}}, %arg3[%{{.*}}] : memref<?x32xf32>, vector<8xf32>
// L8: return
func.func @direct(%u: memref<?x32xf32>, %k: memref<5x32xf32>, %starts: memref<?xi32>, %y: memref<?x32xf32>) {
  h3.long_conv ins(%u, %k : memref<?x32xf32>, memref<5x32xf32>) batch(%starts : memref<?xi32>) outs(%y : memref<?x32xf32>)
  return
}

// -----

// 24 channels are three whole blocks of 8, or two of 16 under a mask, which all
// operands are read through: kernels, skip and gates.
// L16-LABEL: @part
// L16: %[[BLOCKS:.*]] = arith.constant 2 : index
// L16: scf.parallel (%{{.*}}, %{{.*}}) = ({{.*}}) to (%{{.*}}, %[[BLOCKS]]) step
// L16: %[[MASK:.*]] = vector.create_mask %{{.*}} : vector<16xi1>
// L16-NOT: vector.create_mask
// L16: vector.maskedload %arg0[%{{.*}}], %[[MASK]], %{{.*}} : memref<?x24xf32>
// L16: vector.maskedload %arg4[%{{.*}}], %[[MASK]], %{{.*}} : memref<?x24xf32>
// L16: vector.maskedload %arg1[%{{.*}}], %[[MASK]], %{{.*}} : memref<5x24xf32>
// L16: vector.maskedload %arg2[%{{.*}}], %[[MASK]], %{{.*}} : memref<5x24xf32>
// L16: vector.maskedload %arg3[%{{.*}}], %[[MASK]], %{{.*}} : memref<24xf32>
// L16: vector.maskedload %arg5[%{{.*}}], %[[MASK]], %{{.*}} : memref<?x24xf32>
// L16: vector.maskedstore %arg7[%{{.*}}], %[[MASK]], %{{.*}} : memref<?x24xf32>
// L16: return
// MASK16-LABEL: @part
// MASK16-NOT: vector.{{load|store}} {{(%[a-z0-9_#]+, )?}}%arg
// MASK16: return
// L8-LABEL: @part
// L8: %[[BLOCKS:.*]] = arith.constant 3 : index
// L8: scf.parallel (%{{.*}}, %{{.*}}) = ({{.*}}) to (%{{.*}}, %[[BLOCKS]]) step
// L8: vector.store %{{.*}}, %arg7[%{{.*}}] : memref<?x24xf32>, vector<8xf32>
// L8: return
func.func @part(%u: memref<?x24xf32>, %k: memref<5x24xf32>, %r: memref<5x24xf32>, %skip: memref<24xf32>,
                %pre: memref<?x24xf32>, %post: memref<?x24xf32>, %starts: memref<?xi32>, %y: memref<?x24xf32>) {
  h3.long_conv form<direct> ins(%u, %k : memref<?x24xf32>, memref<5x24xf32>) reversed(%r : memref<5x24xf32>)
    skip(%skip : memref<24xf32>) pre(%pre : memref<?x24xf32>) post(%post : memref<?x24xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<?x24xf32>)
  return
}

// -----

// By fft, buffers have the lanes of a register, and tables of twiddles none: they
// are the same for every number of lanes. A kernel in time is transformed for the
// lanes that there are, the last block of it under the mask.
// L16-COUNT-3: memref.global "private" constant @twiddles_60_{{[0-2]}}_250 : memref<{{1x8|5x4|15x6}}xf32>
// L16-NOT: memref.global
// L16-LABEL: @in_time
// L16: %[[SPILL:.*]] = memref.alloca() {alignment = 64 : i64} : memref<60x16xf32>
// L16: %[[SPECTRUM:.*]] = memref.alloca() {alignment = 64 : i64} : memref<1x60x2x16xf32>
// L16: %[[ROWS:.*]] = memref.alloca() {alignment = 64 : i64} : memref<60x2x16xf32>
// L16-NOT: memref.alloc
// L16: %[[BLOCKS:.*]] = arith.constant 2 : index
// L16: scf.parallel (%{{.*}}, %{{.*}}) = ({{.*}}) to (%{{.*}}, %[[BLOCKS]]) step
// L16: %[[MASK:.*]] = vector.create_mask %{{.*}} : vector<16xi1>
// L16-COUNT-5: vector.maskedload %arg1[%{{.*}}], %[[MASK]], %{{.*}} : memref<59x24xf32>
// L16-COUNT-8: vector.store %{{.*}}, %[[SPECTRUM]][%{{.*}}] : memref<1x60x2x16xf32>, vector<16xf32>
// L16-COUNT-5: vector.maskedload %arg0[%{{.*}}], %[[MASK]], %{{.*}} : memref<?x24xf32>
// L16-COUNT-8: vector.load %[[SPECTRUM]][%{{.*}}] : memref<1x60x2x16xf32>, vector<16xf32>
// L16: vector.load %[[SPILL]][%{{.*}}] : memref<60x16xf32>, vector<16xf32>
// L16: vector.maskedstore %arg3[%{{.*}}], %[[MASK]], %{{.*}} : memref<?x24xf32>
// L16: return
// L8-COUNT-3: memref.global "private" constant @twiddles_60_{{[0-2]}}_250 : memref<{{1x8|5x4|15x6}}xf32>
// L8-NOT: memref.global
// L8-LABEL: @in_time
// L8: memref.alloca() {alignment = 64 : i64} : memref<60x8xf32>
// L8: memref.alloca() {alignment = 64 : i64} : memref<1x60x2x8xf32>
// L8: memref.alloca() {alignment = 64 : i64} : memref<60x2x8xf32>
// L8-NOT: memref.alloc
// L8: %[[BLOCKS:.*]] = arith.constant 3 : index
// L8: scf.parallel (%{{.*}}, %{{.*}}) = ({{.*}}) to (%{{.*}}, %[[BLOCKS]]) step
// L8: vector.store %{{.*}}, %arg3[%{{.*}}] : memref<?x24xf32>, vector<8xf32>
// L8: return
func.func @in_time(%u: memref<?x24xf32>, %k: memref<59x24xf32>, %starts: memref<?xi32>, %y: memref<?x24xf32>) {
  h3.long_conv form<fft> ins(%u, %k : memref<?x24xf32>, memref<59x24xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<?x24xf32>)
  return
}

// -----

// A spectrum is for one number of lanes. For 16 it is read by whole registers, as
// it has zeros for the channels that there are not; with 8 it is left.
// L16-LABEL: @spectrum16
// L16: memref.alloca() {alignment = 64 : i64} : memref<64x2x16xf32>
// L16-NOT: memref.alloc
// L16: %[[BLOCKS:.*]] = arith.constant 2 : index
// L16: scf.parallel (%{{.*}}, %{{.*}}) = ({{.*}}) to (%{{.*}}, %[[BLOCKS]]) step
// L16: %[[MASK:.*]] = vector.create_mask %{{.*}} : vector<16xi1>
// L16: vector.maskedload %arg0[%{{.*}}], %[[MASK]], %{{.*}} : memref<64x24xf32>
// L16: vector.load %arg1[%{{.*}}] : memref<2x64x2x16xf32>, vector<16xf32>
// L16: vector.maskedstore %arg3[%{{.*}}], %[[MASK]], %{{.*}} : memref<64x24xf32>
// L16: return
// L8-NOT: @spectrum16
// ERROR8: .mlir:[[#@LINE+2]]:3: error: 'h3.long_conv' is left after h3-convert-to-vector; it must be on memrefs and its weight packed in a few whole vectors, a spectrum for this number of lanes, with one dynamic size at most, the first
func.func @spectrum16(%u: memref<64x24xf32>, %s: memref<2x64x2x16xf32>, %starts: memref<?xi32>, %y: memref<64x24xf32>) {
  h3.long_conv form<fft> ins(%u, %s : memref<64x24xf32>, memref<2x64x2x16xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<64x24xf32>)
  return
}

// -----

// So is one for 8 with 16 lanes, though two of its blocks would fill a register.
// L8-LABEL: @spectrum8
// L8: memref.alloca() {alignment = 64 : i64} : memref<64x2x8xf32>
// L8-NOT: memref.alloc
// L8: %[[BLOCKS:.*]] = arith.constant 2 : index
// L8: scf.parallel (%{{.*}}, %{{.*}}) = ({{.*}}) to (%{{.*}}, %[[BLOCKS]]) step
// L8: vector.load %arg0[%{{.*}}] : memref<64x16xf32>, vector<8xf32>
// L8: vector.load %arg1[%{{.*}}] : memref<2x64x2x8xf32>, vector<8xf32>
// L8: vector.store %{{.*}}, %arg3[%{{.*}}] : memref<64x16xf32>, vector<8xf32>
// L8: return
// L16-NOT: @spectrum8
// ERROR16: .mlir:[[#@LINE+2]]:3: error: 'h3.long_conv' is left after h3-convert-to-vector; it must be on memrefs and its weight packed in a few whole vectors, a spectrum for this number of lanes, with one dynamic size at most, the first
func.func @spectrum8(%u: memref<64x16xf32>, %s: memref<2x64x2x8xf32>, %starts: memref<?xi32>, %y: memref<64x16xf32>) {
  h3.long_conv form<fft> {two_sided} ins(%u, %s : memref<64x16xf32>, memref<2x64x2x8xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<64x16xf32>)
  return
}
