//! Jobs at the command line, and beside a running server: watched, stopped, gone on with, planned.

use serde_json::Value;

use super::{Lectern, wait_for};

/// Many files, so that the last of their jobs waits for a while; the jobs.
fn many_jobs(lectern: &Lectern) -> Vec<String> {
    for n in 0..320 {
        let paragraphs: Vec<String> = (0..12)
            .map(|at| format!("Bird number {n} has feathers of the colour {at}, and builds its nest {at} metres above the {n}th brook."))
            .collect();
        lectern.write(&format!("docs/{n}.md"), format!("# File {n}\n\n{}\n", paragraphs.join("\n\n")));
    }
    let docs = lectern.folder.path().join("docs");
    let lines = lectern.run(&["ingest", docs.to_str().unwrap(), "--tier", "public", "--json"]).expect(0).lines();
    let jobs = lines.last().unwrap()["jobs"].as_array().unwrap();
    jobs.iter().map(|job| job.as_str().unwrap().to_owned()).collect()
}

fn states(lectern: &Lectern, kind: &str) -> Vec<(String, String)> {
    let listed = lectern.run(&["jobs", "--kind", kind, "--limit", "200", "--json"]).expect(0).lines();
    let text = |job: &Value, field: &str| job[field].as_str().unwrap().to_owned();
    listed.iter().map(|job| (text(job, "job"), text(job, "state"))).collect()
}

#[test]
fn a_job_is_listed_watched_stopped_and_tried_again() {
    let lectern = Lectern::new();
    let server = lectern.serve(&[]);
    let jobs = many_jobs(&lectern);
    let (first, last) = (jobs.first().unwrap(), jobs.last().unwrap());
    let stopped = lectern.run(&["jobs", "cancel", last, "--json"]).one();
    assert_eq!(stopped["state"], "cancelled", "it waited for the others");
    let mut listed: Vec<String> = states(&lectern, "ingest").into_iter().map(|(job, _)| job).collect();
    listed.reverse();
    assert_eq!(listed, jobs);

    let told = lectern.run(&["jobs", "--watch", first, "--json"]).expect(0).lines();
    assert_eq!(told.last().unwrap()["state"], "done");
    let publish = told.last().unwrap()["stages"].as_array().unwrap().iter().find(|stage| stage["name"] == "publish");
    assert_eq!((&publish.unwrap()["done"], &publish.unwrap()["total"]), (&64.into(), &64.into()));
    lectern.run(&["jobs", "--watch", last]).complains(1, "the job did not come to its end");
    lectern.run(&["jobs", "cancel", last]).complains(1, "the job is over");
    lectern.run(&["jobs", "--watch", "--kind", "ingest"]).expect(0);
    assert!(states(&lectern, "ingest").iter().all(|(_, state)| state == "done" || state == "cancelled"));

    let told = server.get_as_operator(&lectern, &format!("/api/v1/jobs/{last}/events"));
    assert!(
        told.contains("text/event-stream") && told.contains("event: ended") && told.contains("cancelled"),
        "{told}"
    );
    let items = lectern.run(&["jobs", last, "--json"]).one();
    assert_eq!(items["counts"], serde_json::json!({"cancelled": 64}));
    lectern.run(&["retry", last, "--wait"]).expect(0);
    let found = lectern.run(&["search", "bird number 319", "--as", "tier=public", "--limit", "100", "--json"]).one();
    assert!(found["hits"].as_array().unwrap().iter().any(|hit| hit["title"] == "File 319"));
}

/// Somebody for each of so many streams, who reads to the end.
#[test]
fn told_to_stop_it_ends_every_stream_and_hands_its_jobs_back() {
    let lectern = Lectern::new();
    let mut server = lectern.serve(&[]);
    let jobs = many_jobs(&lectern);
    let path = format!("/api/v1/jobs/{}/events", jobs.last().unwrap());
    let begun = std::sync::Barrier::new(101);
    let told: Vec<String> = std::thread::scope(|scope| {
        let listening: Vec<_> = (0..100)
            .map(|_| {
                scope.spawn(|| {
                    begun.wait();
                    server.get_as_operator(&lectern, &path)
                })
            })
            .collect();
        begun.wait();
        wait_for("a job to run", || states(&lectern, "ingest").iter().any(|(_, state)| state == "running"));
        server.signal("TERM");
        listening.into_iter().map(|reader| reader.join().unwrap()).collect()
    });
    for told in &told {
        let last = told.rsplit("event: ").next().unwrap();
        assert!(last.starts_with("later") || last.starts_with("ended"), "{told}");
    }
    assert_eq!(server.ended(), Some(0));
    let left = states(&lectern, "ingest");
    assert!(left.iter().any(|(_, state)| state == "queued"), "{left:?}");
    assert!(left.iter().all(|(_, state)| state == "queued" || state == "done"), "nobody holds a lease: {left:?}");
    let _again = lectern.serve(&[]);
    lectern.run(&["jobs", "--watch", "--kind", "ingest"]).expect(0);
    assert!(states(&lectern, "ingest").iter().all(|(_, state)| state == "done"));
    let found = lectern.run(&["search", "bird number 319", "--as", "tier=public", "--limit", "100", "--json"]).one();
    assert!(found["hits"].as_array().unwrap().iter().any(|hit| hit["title"] == "File 319"));
}

#[test]
fn what_begins_by_itself_is_shown_and_changed() {
    let lectern = Lectern::new();
    let schedules = || {
        let told = lectern.run(&["jobs", "schedules", "--json"]).expect(0).lines();
        told.iter()
            .map(|one| (one["schedule"].as_str().unwrap().to_owned(), one["expression"].clone()))
            .collect::<Vec<_>>()
    };
    let of = |expire: &str, reconcile: &str| {
        vec![("expire".to_owned(), Value::from(expire)), ("reconcile".to_owned(), Value::from(reconcile))]
    };
    // In this process, and by a running server.
    assert_eq!(schedules(), of("every 1 d", "every 1 h"));
    lectern.run(&["jobs", "schedule", "expire", "30 3 * * *"]).expect(0);
    let _server = lectern.serve(&[]);
    assert_eq!(schedules(), of("30 3 * * *", "every 1 h"));
    let set = lectern.run(&["jobs", "schedule", "reconcile", "every 30 min", "--json"]).one();
    assert_eq!((&set["enabled"], &set["expression"]), (&true.into(), &"every 30 min".into()));
    let off = lectern.run(&["jobs", "schedule", "expire", "every 2 d", "--off", "--json"]).one();
    assert_eq!((&off["enabled"], &off["next_ms"]), (&false.into(), &Value::Null));
    lectern.run(&["jobs", "schedule", "reconcile", "61 * * * *"]).complains(2, "minute: \"61\"");
    lectern.run(&["jobs", "schedule", "reconcile", "0 0 31 feb *"]).complains(2, "a day that never comes");
    lectern.run(&["jobs", "schedule", "http://nowhere.example/", "every 1 d"]).complains(1, "there is no source");
    assert_eq!(schedules(), of("every 2 d", "every 30 min"));
    wait_for("the comparison at the start", || states(&lectern, "reconcile").iter().any(|(_, state)| state == "done"));
}
