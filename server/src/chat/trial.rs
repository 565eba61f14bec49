//! A trial: whether a model is there, and answers. What is asked says nothing about the house, and is paid by it.

use prompts::chat::{ChatError, ChatModel, Payer, Request};

const ASKED: &str = "Answer with the one word: yes.";
const MOST_TOKENS: u32 = 16;

/// As the model that answered calls itself.
pub async fn trial(model: &dyn ChatModel) -> Result<String, ChatError> {
    let request = Request::asking(String::new(), ASKED.to_owned(), MOST_TOKENS);
    Ok(model.complete(&request, &Payer::House).await?.ending.model)
}
