//===- Gpt2Merges.S - GPT-2's merge table as read-only data ---------------===//

        .section .rodata
        .balign 16
        .globl  h3rt_gpt2_merges
        .hidden h3rt_gpt2_merges
        .type   h3rt_gpt2_merges, @object
h3rt_gpt2_merges:
        .incbin H3RT_GPT2_MERGES
        .size   h3rt_gpt2_merges, . - h3rt_gpt2_merges
        .globl  h3rt_gpt2_merges_end
        .hidden h3rt_gpt2_merges_end
h3rt_gpt2_merges_end:
        .byte   0

        .section .note.GNU-stack, "", @progbits
