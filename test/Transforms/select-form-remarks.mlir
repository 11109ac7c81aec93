// RUN: h3-opt %s --h3-select-form --remarks-filter='h3-.*' --remark-format=emitRemark -split-input-file 2>&1 >/dev/null | FileCheck %s --implicit-check-not=remark:
// RUN: h3-opt %s --h3-select-form='form=fft exact=false' --remarks-filter='h3-.*' --remark-format=emitRemark -split-input-file 2>&1 >/dev/null | FileCheck %s --check-prefix=FFT
// RUN: h3-opt %s --h3-select-form='form=fft' --remarks-filter='h3-.*' --remark-format=emitRemark -split-input-file 2>&1 >/dev/null | FileCheck %s --check-prefix=EXACT
// RUN: h3-opt %s --h3-select-form --remarks-filter='other' --remark-format=emitRemark -split-input-file 2>&1 >/dev/null | FileCheck %s --check-prefix=NONE --allow-empty
// NONE-NOT: remark

// One remark for each op, at its place: the form, why, and the cost of each form
// that there is, with what stands against it.
h3.parameter @modes : tensor<4x64x16xf32> from ["modes"]
func.func @diag(%u: tensor<512x16xf32>, %skip: tensor<16xf32>, %starts: tensor<?xi32>,
                %slots: tensor<?xi32>, %positions: tensor<?xi32>,
                %state: tensor<?x64x2x16xf32>, %argument: tensor<4x64x16xf32>) {
  %modes = h3.get_parameter @modes : tensor<4x64x16xf32>
  // CHECK: .mlir:[[#@LINE+1]]:8: remark: [Analysis] form | Category:h3-select-form | Remark="h3.diag_ssm over 512 rows: fft, the cheapest (recurrence {{[0-9.]+}} ns, chunked {{[0-9.]+}} ns, fft {{[0-9.]+}} ns in blocks of 512)"
  %0 = h3.diag_ssm ins(%u, %modes, %skip : tensor<512x16xf32>, tensor<4x64x16xf32>, tensor<16xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<512x16xf32>) -> tensor<512x16xf32>
  // CHECK: .mlir:[[#@LINE+2]]:8: remark: [Analysis] form | Category:h3-select-form | Remark="h3.diag_ssm over 512 rows: chunked, the cheapest (recurrence {{[0-9.]+}} ns, chunked {{[0-9.]+}} ns, fft {{[0-9.]+}} ns in blocks of 512 but modes are no function of weights)"
  // FFT: .mlir:[[#@LINE+1]]:8: remark: [Analysis] form | Category:h3-select-form | Remark="h3.diag_ssm over 512 rows: chunked, the cheapest
  %1 = h3.diag_ssm ins(%u, %argument, %skip : tensor<512x16xf32>, tensor<4x64x16xf32>, tensor<16xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<512x16xf32>) -> tensor<512x16xf32>
  // CHECK: .mlir:[[#@LINE+3]]:12: remark: [Analysis] form | Category:h3-select-form | Remark="h3.diag_ssm over 512 rows: recurrence, the cheapest (recurrence {{[0-9.]+}} ns, chunked {{[0-9.]+}} ns but bits would depend on cuts, fft {{[0-9.]+}} ns in blocks of 64 but bits would depend on cuts)"
  // FFT: .mlir:[[#@LINE+2]]:12: remark: [Analysis] form | Category:h3-select-form | Remark="h3.diag_ssm over 512 rows: fft, as asked (recurrence {{[0-9.]+}} ns, chunked {{[0-9.]+}} ns, fft {{[0-9.]+}} ns in blocks of 64)"
  // EXACT: .mlir:[[#@LINE+1]]:12: remark: [Analysis] form | Category:h3-select-form | Remark="h3.diag_ssm over 512 rows: fft, as asked (recurrence {{[0-9.]+}} ns, chunked {{[0-9.]+}} ns but bits would depend on cuts, fft {{[0-9.]+}} ns in blocks of 64 but bits would depend on cuts)"
  %2, %3 = h3.diag_ssm ins(%u, %modes, %skip : tensor<512x16xf32>, tensor<4x64x16xf32>, tensor<16xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%u, %state : tensor<512x16xf32>, tensor<?x64x2x16xf32>) -> tensor<512x16xf32>, tensor<?x64x2x16xf32>
  return
}

// -----

// A mixer has no form fft, a convolution none of an SSM.
func.func @others(%u: tensor<?x16xf32>, %taps: tensor<4x16xf32>, %skip: tensor<16xf32>, %starts: tensor<?xi32>,
                  %modes: tensor<4x64x16xf32>, %long: tensor<512x16xf32>, %spectrum: tensor<1x64x2x16xf32>) {
  // CHECK: .mlir:[[#@LINE+1]]:8: remark: [Analysis] form | Category:h3-select-form | Remark="h3.mixer over 512 rows: chunked, the cheapest (recurrence {{[0-9.]+}} ns, chunked {{[0-9.]+}} ns)"
  %0 = h3.mixer ins(%u, %u, %u : tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>)
    shift(%taps, %skip : tensor<4x16xf32>, tensor<16xf32>)
    diag(%modes, %skip : tensor<4x64x16xf32>, tensor<16xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<?x16xf32>) -> tensor<?x16xf32>
  // CHECK: .mlir:[[#@LINE+2]]:8: remark: [Analysis] form | Category:h3-select-form | Remark="h3.long_conv over 512 rows: direct, the cheapest (direct {{[0-9.]+}} ns, fft {{[0-9.]+}} ns)"
  // FFT: .mlir:[[#@LINE+1]]:8: remark: [Analysis] form | Category:h3-select-form | Remark="h3.long_conv over 512 rows: fft, as asked (direct {{[0-9.]+}} ns, fft {{[0-9.]+}} ns)"
  %1 = h3.long_conv ins(%u, %taps : tensor<?x16xf32>, tensor<4x16xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<?x16xf32>) -> tensor<?x16xf32>
  // CHECK: .mlir:[[#@LINE+2]]:8: remark: [Analysis] form | Category:h3-select-form | Remark="h3.long_conv over 512 rows: direct, the cheapest (direct {{[0-9.]+}} ns, fft {{[0-9.]+}} ns but two directions need one block)"
  // FFT: .mlir:[[#@LINE+1]]:8: remark: [Analysis] form | Category:h3-select-form | Remark="h3.long_conv over 512 rows: direct, the cheapest
  %2 = h3.long_conv ins(%u, %long : tensor<?x16xf32>, tensor<512x16xf32>) reversed(%long : tensor<512x16xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<?x16xf32>) -> tensor<?x16xf32>
  // CHECK: .mlir:[[#@LINE+1]]:8: remark: [Analysis] form | Category:h3-select-form | Remark="h3.long_conv over 512 rows: fft, the cheapest (direct {{[0-9.]+}} ns but the kernel is a spectrum, fft {{[0-9.]+}} ns)"
  %3 = h3.long_conv ins(%u, %spectrum : tensor<?x16xf32>, tensor<1x64x2x16xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<?x16xf32>) -> tensor<?x16xf32>
  return
}

// -----

// An op that has a form has no remark.
func.func @given(%u: tensor<?x16xf32>, %taps: tensor<4x16xf32>, %starts: tensor<?xi32>) {
  %0 = h3.long_conv form<direct> ins(%u, %taps : tensor<?x16xf32>, tensor<4x16xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<?x16xf32>) -> tensor<?x16xf32>
  return
}
