//! Tables and values as text that mean harm: width, quotes that never close, depth, numbers without bound.

use super::Expected::{Anything, Read, ReadWithProblem, Refused};
use super::{Hostile, file};

pub(super) fn files() -> Vec<Hostile> {
    let mut files = rows();
    files.extend(values());
    files
}

fn rows() -> Vec<Hostile> {
    vec![
        file("100000-columns.csv", ReadWithProblem("columns without room"), || {
            format!("{}\n{}\n", "a,".repeat(99_000), "b,".repeat(99_000))
        }),
        file("a-million-columns.csv", Refused("cells in a row"), || "a,".repeat(1_000_000)),
        file("a-wide-row-at-the-end.csv", ReadWithProblem("columns"), || {
            format!("{}{}", "a,b\n".repeat(1_000), "x,".repeat(90_000))
        }),
        file("a-quote-never-closed.csv", ReadWithProblem(""), || format!("a,b\n\"never,{}", "1,2\n".repeat(100_000))),
        file("quotes-never-closed.csv", Anything, || "a,\"b\n".repeat(200_000)),
        file("only-quotes.csv", Anything, || "\"".repeat(3_000_001)),
        file("quotes-in-quotes.csv", Anything, || format!("a,b\n\"{}\",2\n", "\"\"".repeat(1_000_000))),
        file("a-million-rows.csv", Read("| 7 | 7 |"), || {
            "a,b\n".to_owned() + &(0..1_000_000).map(|n| format!("{n},{n}\n")).collect::<String>()
        })
        .heavy(),
        file("rows-of-30-mb.csv", ReadWithProblem("beyond the size limit"), || {
            "words and more words,others\n".repeat(1_100_000)
        })
        .heavy(),
        file("only-commas.csv", Anything, || ",\n".repeat(1_000_000)),
        file("separators-of-every-kind.csv", Anything, || "a,b;c\td|e\n".repeat(50_000)),
        file("a-named-separator.csv", Anything, || "sep=\"\n\"a\"\"b\"\n".repeat(10)),
        file(
            "formulas.csv",
            Read("WEBSERVICE"),
            || "a,b\n=WEBSERVICE(\"http://127.0.0.1:9/\"),@SUM(1)\n+cmd|' /c calc'!A0,-1\n",
        ),
        file("a-cell-of-10-mb.csv", Read("b"), || format!("a,b\n\"{}\",2\n", "long ".repeat(2_000_000))),
        file("names-that-repeat.csv", Read("a"), || {
            format!("{}\n{}", "a,".repeat(900), format!("{}\n", "1,".repeat(900)).repeat(500))
        }),
        file("nuls-late.csv", Anything, || "a,b\n".to_owned() + &"1,2\n".repeat(5_000) + &"\0,\0\n".repeat(1_000)),
    ]
}

fn values() -> Vec<Hostile> {
    vec![
        file("arrays-100000-deep.json", Read("[[[["), || "[".repeat(100_000)),
        file("arrays-100000-deep-and-closed.json", Read("[[[["), || {
            format!("{}\"x\"{}", "[".repeat(100_000), "]".repeat(100_000))
        }),
        file("objects-100000-deep.json", Read("{\"a\":"), || "{\"a\":".repeat(100_000)),
        file("objects-100-deep.json", Anything, || format!("{}\"end\"{}", "{\"a\":".repeat(100), "}".repeat(100))),
        file("both-1000000-deep.json", ReadWithProblem("nest too deep"), || {
            // The depth begins where recognising has ended.
            format!("{{\"text\": \"{}\", \"x\": {}", "words ".repeat(2_000), "[{\"a\":".repeat(500_000))
        }),
        file("only-depth-after-a-while.json", Anything, || {
            format!("[{}{}", "[],".repeat(4_000), "[".repeat(1_000_000))
        }),
        file("paths-that-grow.json", Anything, || {
            let name = "n".repeat(5_000);
            format!("{}{}{}", format!("{{\"{name}\":").repeat(60), "[1]", "}".repeat(60))
        }),
        file("long-paths-for-many.json", Anything, || {
            let name = "n".repeat(20_000);
            format!(
                "{{\"{name}\": {{\"{name}\": {{ {} \"z\": {{\"q\": 1}} }} }} }}",
                (0..20_000).map(|n| format!("\"k{n}\": [[1]],")).collect::<String>()
            )
        })
        .heavy(),
        file("a-number-of-a-megabyte.json", Anything, || format!("{{\"a\": {}}}", "9".repeat(1_000_000))),
        file(
            "numbers-beyond-number.json",
            Read("1e999999999"),
            || "{\"a\": 1e999999999, \"b\": -1e-999999999, \"c\": 123456789012345678901234567890}",
        ),
        file("half-characters.json", Read("lone"), || "{\"a\": \"\\ud800 lone \\udc00\\ud800\\u0041 \\u0000\"}"),
        file("the-same-name-100000-times.json", Read("a"), || format!("{{{}\"a\": 0}}", "\"a\": 1, ".repeat(100_000))),
        file("a-million-names.json", Anything, || {
            format!("{{{}\"z\": 0}}", (0..400_000).map(|n| format!("\"a{n}\": 1, ")).collect::<String>())
        }),
        file("records-that-share-no-name.json", Anything, || {
            let record = |n: usize| format!("{{\"a{n}\": 1, \"b{n}\": 2}},");
            format!("[{}{{\"z\": 0}}]", (0..50_000).map(record).collect::<String>())
        })
        .heavy(),
        file("a-million-elements.json", Anything, || format!("[{}0]", "1,".repeat(5_000_000))).heavy(),
        file("empty-lists.json", Anything, || format!("[{}[]]", "[],".repeat(5_000_000))).heavy(),
        file("a-text-without-end.json", ReadWithProblem("no end"), || {
            format!("{{\"a\": \"{}", "words ".repeat(100_000))
        }),
        file("broken-lines.jsonl", ReadWithProblem("lines that are not JSON"), || {
            (0..10_000)
                .map(|n| if n % 2 == 0 { format!("{{\"a\": {n}}}\n") } else { "{\"a\": \n".to_owned() })
                .collect::<String>()
        }),
        file("lines-100000-deep.jsonl", Anything, || {
            format!("{{\"a\": 1}}\n{}", format!("{}\n", "[".repeat(1_000)).repeat(1_000))
        }),
        file(
            "broken-off.json",
            ReadWithProblem("breaks off"),
            || "{\"name\": \"Refunds\", \"text\": \"Within thirty days.\", \"more\": [",
        ),
        file("a-title-of-10-mb.json", Anything, || {
            format!("{{\"title\": \"{}\", \"text\": \"x\"}}", "t".repeat(10_000_000))
        }),
        file("not-json.json", Read("no JSON"), || "This is no JSON at all."),
    ]
}
