//! `lectern setup`: put the model and the native libraries in place.

use serde_json::json;

use super::{Context, Outcome, print};
use crate::datadir::DataDir;
use crate::setup::Occasion;
use crate::wiring;

#[derive(clap::Args)]
pub struct Args {
    /// Read every byte of what is there and fetch what is damaged again
    #[arg(long)]
    repair: bool,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    DataDir::new(&context.config.data_dir).create()?;
    let occasion = if args.repair { Occasion::Repair } else { Occasion::Setup };
    let config = context.config.clone();
    let provisioned = tokio::task::spawn_blocking(move || wiring::provision(&config, occasion)).await??;
    let model = provisioned.model.as_ref().map(|model| model.name.as_str());
    if context.json {
        print::json(&json!({
            "onnxruntime": provisioned.onnxruntime,
            "pdfium": provisioned.pdfium,
            "model": model,
            "cosine_to_fp32": provisioned.model.as_ref().and_then(|model| model.cosine),
            "why_fp32": provisioned.model.as_ref().and_then(|model| model.why_floats.as_deref()),
        }));
    } else {
        print::line(&format!("ONNX Runtime  {}", provisioned.onnxruntime.display()));
        print::line(&format!("model         {}", model.unwrap_or("fetched by name when it is first used")));
    }
    Ok(())
}
