//===- H3ConvOps.td - Convolutions and transforms ----------*- tablegen -*-===//

#ifndef H3_CONV_OPS
#define H3_CONV_OPS

include "H3OpBase.td"

def H3_LongConvOp : H3_LayerOp<"long_conv", [AttrSizedOperandSegments]> {
  let summary = "a convolution with an explicit kernel, one per channel";
  let description = [{
    Within each sequence, with `v = pre . input` where there is a `pre` gate,

        y[t] = sum_s kernel[s] v[t - s] + sum_s reversed[s] v[t + s] + skip v[t]
        output = post . act(y)

    where `reversed`, `skip` and `post` are there, and `gelu` makes `act` the tanh
    approximation of GELU. Without `reversed` the convolution is causal. Canonical
    convolutions have no skip term and no reversed kernel that is a constant zero,
    and no gate that is a constant one.

    The kernel is given by its L values for each channel (L x C) or by its
    `h3.conv_spectrum` (B x n x 2 x W); a spectrum with a reversed kernel is
    `two_sided`. The `form` says how:

    - `direct` (where none is given and the kernel is L x C): products and sums in
      time, for short kernels. Exactly causal.
    - `fft`: blocks of n rows, what spills over added to the next block.
      Without a spectrum operand, n is the shortest length of a transform of at
      least L rows, and each call transforms the kernel.

    - (C1) `output`, `pre` and `post` have the shape of `input`, T x C.
    - (C2) a kernel in time is L x C, static, with L up to 2^22, and `reversed` has
      its shape; a spectrum is
      B x n x 2 x W with B = ceil(C / W) and n a length that transforms have.
    - (C3) `skip` has C values.
    - (C4) the form is `direct`, for a kernel in time, or `fft`.
    - (C5) `reversed` goes with a kernel in time, `two_sided` with a spectrum.
    - (C6) a convolution in both directions by `fft` has a static number of rows,
      at most n.

    ```mlir
    %0 = h3.long_conv form<fft> {gelu}
      ins(%u, %k : tensor<?x8xf32>, tensor<1000x8xf32>) skip(%d : tensor<8xf32>)
      pre(%v : tensor<?x8xf32>) post(%q : tensor<?x8xf32>)
      batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$input, H3_Kernel:$kernel,
                       Optional<H3_Matrix>:$reversed, Optional<H3_Vector>:$skip,
                       Optional<H3_Matrix>:$pre, Optional<H3_Matrix>:$post,
                       H3_Indices:$starts, OptionalAttr<H3_FormAttr>:$form,
                       UnitAttr:$gelu, UnitAttr:$two_sided,
                       H3_Matrix:$output);
  let assemblyFormat = [{
    (`form` `` $form^)? attr-dict
    `ins` `(` $input `,` $kernel `:` type($input) `,` type($kernel) `)`
    (`reversed` `(` $reversed^ `:` type($reversed) `)`)?
    (`skip` `(` $skip^ `:` type($skip) `)`)?
    (`pre` `(` $pre^ `:` type($pre) `)`)?
    (`post` `(` $post^ `:` type($post) `)`)?
    `batch` `(` $starts `:` type($starts) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
  let hasCanonicalizer = 1;
  let extraClassDeclaration = initDeclaration # [{
    /// True where the kernel is a spectrum.
    bool hasSpectrum() {
      return ::llvm::cast<::mlir::ShapedType>(getKernel().getType()).getRank() == 4;
    }
    bool isTwoSided() { return getReversed() || getTwoSided(); }
    /// The form, where none is given what the kernel tells.
    ::h3::Form getFormOrDefault() {
      return getForm().value_or(hasSpectrum() ? ::h3::Form::Fft
                                              : ::h3::Form::Direct);
    }
    /// The longest kernel; lengths stay far from overflow.
    static constexpr int64_t kMaxTaps = int64_t(1) << 22;
    /// Rows of a block of the fft form.
    int64_t getTransformLength();
  }];
}

def H3_RfftOp : H3_LayerOp<"rfft"> {
  let summary = "the discrete Fourier transform of real columns";
  let description = [{
    `output[f, :, c]` is real and imaginary part of `sum_t input[t, c] exp(-2 pi i f t /
    n)` for the n rows of the input and `0 <= f <= n / 2`.

    - (C1) `input` is n x C and `output` (n / 2 + 1) x 2 x C, both static.

    ```mlir
    %0 = h3.rfft ins(%u : tensor<1000x8xf32>)
           outs(%init : tensor<501x2x8xf32>) -> tensor<501x2x8xf32>
    ```
  }];
  let arguments = (ins H3_Matrix:$input, H3_Cube:$output);
  let assemblyFormat = [{
    attr-dict `ins` `(` $input `:` type($input) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
}

def H3_IrfftOp : H3_LayerOp<"irfft"> {
  let summary = "the inverse of h3.rfft";
  let description = [{
    The n real rows whose `h3.rfft` is `input`, with the factor 1/n. The imaginary
    parts at frequency 0 and, for even n, at n / 2 count as zeros. Of an `h3.rfft` it
    folds to what was transformed, without its rounding.

    - (C1) `output` is n x C and `input` (n / 2 + 1) x 2 x C, both static.

    ```mlir
    %0 = h3.irfft ins(%s : tensor<501x2x8xf32>)
           outs(%init : tensor<1000x8xf32>) -> tensor<1000x8xf32>
    ```
  }];
  let arguments = (ins H3_Cube:$input, H3_Matrix:$output);
  let assemblyFormat = [{
    attr-dict `ins` `(` $input `:` type($input) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
  let hasFolder = 1;
}

def H3_SpectralProductOp : H3_LayerOp<"spectral_product"> {
  let summary = "the pointwise product of two spectra";
  let description = [{
    `output[f, :, c]` is the complex product of `lhs[f, :, c]` and `rhs[f, :, c]`.

    - (C1) `rhs` and `output` have the shape of `lhs`, F x 2 x C.

    ```mlir
    %0 = h3.spectral_product ins(%a, %b : tensor<501x2x8xf32>, tensor<501x2x8xf32>)
           outs(%init : tensor<501x2x8xf32>) -> tensor<501x2x8xf32>
    ```
  }];
  let arguments = (ins H3_Cube:$lhs, H3_Cube:$rhs, H3_Cube:$output);
  let assemblyFormat = [{
    attr-dict `ins` `(` $lhs `,` $rhs `:` type($lhs) `,` type($rhs) `)`
    `outs` `(` $output `:` type($output) `)` (`->` type($results)^)?
  }];
}

#endif // H3_CONV_OPS
