//! What language models cost, as `doctor` says it: by itself, and of a running server.

use super::Lectern;
use crate::models::ModelServer;

#[test]
fn doctor_says_what_was_spent_today() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    // It counts 7 tokens that go in and 3 that come out.
    let models = runtime.block_on(ModelServer::saying("Herons eat fish [1]."));
    let lectern = Lectern::new();
    let prices = "input_price = 1000\noutput_price = 1000\nbudget_per_day = 50";
    lectern.write("lectern.toml", format!("[chat]\nurl = '{}'\nmodel = 'm'\n{prices}", models.url()));
    let birds = lectern.write("birds.md", "# Herons\n\nHerons eat fish. Herons nest in tall trees.");
    lectern.run(&["ingest", birds.to_str().unwrap(), "--tier", "public"]).expect(0);
    assert_eq!(lectern.run(&["ask", "What do herons eat?", "--json"]).one()["mode"], "generated");
    let spent = |lectern: &Lectern| {
        let checks = lectern.run(&["doctor", "--json"]).expect(0).lines();
        let line = checks.iter().find(|check| check["check"] == "spending").unwrap();
        line["detail"].as_str().unwrap().to_owned()
    };
    assert_eq!(spent(&lectern), "today 0.0100 of 50.0000");
    let server = lectern.serve(&[]);
    assert_eq!(spent(&lectern), "today 0.0100 of 50.0000");
    drop(server);
}
