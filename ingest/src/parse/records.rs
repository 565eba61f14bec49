//! Records: rows of named fields as Markdown, in the form in which they are found again.
//!
//! Short rows are one table. Questions with answers become headings with text, as they would stand in a FAQ. Rows that
//! are wide or hold prose become a section each, since a table cut between its rows says nothing of its columns. Knows
//! nothing of where the rows come from; they are handed in twice, to be measured and to be written, so that none has to
//! be kept.

use super::text;

/// More is not read by anyone.
pub(super) const MOST_COLUMNS: usize = 1000;
/// What cleaning would cut away is not written in the first place.
pub(super) const MOST_BYTES: usize = 20_000_000;
/// A wider table is no longer read as one.
const WIDEST_TABLE: usize = 12;
/// A longer cell is prose.
const LONGEST_CELL_BYTES: usize = 160;
const LONGEST_HEADING_CHARS: usize = 200;

/// What questions and their answers are called, in the languages that were thought of.
const QUESTIONS: [&str; 12] = [
    "question",
    "questions",
    "q",
    "frage",
    "fragen",
    "pregunta",
    "preguntas",
    "domanda",
    "pergunta",
    "vraag",
    "pytanie",
    "вопрос",
];
const ANSWERS: [&str; 14] = [
    "answer",
    "answers",
    "a",
    "antwort",
    "antworten",
    "réponse",
    "reponse",
    "réponses",
    "respuesta",
    "respuestas",
    "risposta",
    "resposta",
    "antwoord",
    "ответ",
];
const TITLES: [&str; 11] =
    ["title", "name", "subject", "headline", "heading", "titel", "titre", "título", "titulo", "titolo", "betreff"];
const TEXTS: [&str; 12] = [
    "text",
    "body",
    "content",
    "description",
    "summary",
    "solution",
    "inhalt",
    "beschreibung",
    "contenu",
    "contenido",
    "descripción",
    "testo",
];

/// Whether a field of this name heads what another says.
pub(super) fn is_heading(name: &str) -> bool {
    is_one_of(name, &QUESTIONS) || is_one_of(name, &TITLES)
}

/// Whether a field of this name is what a record is about.
pub(super) fn is_text(name: &str) -> bool {
    is_one_of(name, &ANSWERS) || is_one_of(name, &TEXTS)
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    // Longer names are none of them, and need not be copied to be told.
    name.len() < 40 && names.contains(&name.trim().trim_end_matches([':', '?']).to_lowercase().as_str())
}

/// How the rows are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// One column: a list.
    List,
    Table,
    /// A section for each row, under the cell of this column, then the text of that, then the rest.
    Sections {
        heading: usize,
        text: Option<usize>,
    },
}

/// What the rows look like, taken before they are written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Measure {
    rows: usize,
    long_rows: usize,
}

impl Measure {
    pub(super) fn row<'a>(&mut self, cells: impl Iterator<Item = &'a str>) {
        self.rows += 1;
        let is_long = |cell: &str| cell.len() > LONGEST_CELL_BYTES || cell.trim().contains('\n');
        self.long_rows += usize::from(cells.take(MOST_COLUMNS).any(is_long));
    }

    fn form(self, header: &[String]) -> Form {
        let find = |names: &[&str]| header.iter().position(|name| is_one_of(name, names));
        match (find(&QUESTIONS), find(&ANSWERS)) {
            (Some(heading), text @ Some(_)) => return Form::Sections { heading, text },
            _ if header.len() <= 1 => return Form::List,
            _ => {}
        }
        // A few long cells do not make a table of ten thousand rows a book.
        if header.len() <= WIDEST_TABLE && self.long_rows * 20 <= self.rows {
            return Form::Table;
        }
        let text = find(&TEXTS).or_else(|| find(&ANSWERS));
        let heading = find(&TITLES).or_else(|| find(&QUESTIONS)).unwrap_or(0);
        Form::Sections { heading, text: text.filter(|text| *text != heading) }
    }
}

/// Writes rows under a header. `level` is that of the headings of sections.
pub(super) struct Writer {
    header: Vec<String>,
    form: Form,
    marks: String,
    out: String,
    rows: usize,
    left_out: usize,
}

impl Writer {
    pub(super) fn new(header: Vec<String>, measure: Measure, level: usize) -> Self {
        let form = measure.form(&header);
        let marks = "#".repeat(level.clamp(1, 6));
        let mut out = String::new();
        if form == Form::Table {
            table_row(&mut out, header.iter().map(String::as_str));
            out.push_str(&format!("|{}\n", " --- |".repeat(header.len())));
        }
        Self { header, form, marks, out, rows: 0, left_out: 0 }
    }

    /// Cells beyond the header are ignored; whoever makes the header counts them.
    pub(super) fn row<'a>(&mut self, cells: impl Iterator<Item = &'a str>) {
        let cells: Vec<&str> = cells.take(self.header.len()).map(str::trim).collect();
        if cells.iter().all(|cell| cell.is_empty()) {
            return;
        }
        if self.out.len() > MOST_BYTES {
            self.left_out += 1;
            return;
        }
        self.rows += 1;
        match self.form {
            Form::List => cells.iter().for_each(|cell| item(&mut self.out, cell)),
            Form::Table => table_row(&mut self.out, cells.iter().copied()),
            Form::Sections { heading, text } => self.section(&cells, heading, text),
        }
    }

    fn section(&mut self, cells: &[&str], heading: usize, text: Option<usize>) {
        let cell = |n: usize| cells.get(n).copied().filter(|cell| !cell.is_empty());
        let number = format!("{}", self.rows);
        let (title, is_whole) = one_line(cell(heading).unwrap_or(&number), LONGEST_HEADING_CHARS);
        self.out.push_str(&format!("{} {title}\n\n", self.marks));
        if let Some(words) = text.and_then(cell) {
            self.out.push_str(text::parse(words).markdown.trim());
            self.out.push_str("\n\n");
        }
        let is_said = |n: usize| (n == heading && is_whole) || Some(n) == text;
        let rest = (0..cells.len()).filter(|n| !is_said(*n)).filter_map(|n| Some((self.header.get(n)?, cell(n)?)));
        let before = self.out.len();
        for (name, value) in rest {
            field(&mut self.out, name, value);
        }
        if self.out.len() > before {
            self.out.push('\n');
        }
    }

    /// The Markdown, and how many rows no longer fitted.
    pub(super) fn finish(self) -> (String, usize) {
        (self.out, self.left_out)
    }
}

/// `- name: value`, further lines of the value below it.
pub(super) fn field(out: &mut String, name: &str, value: &str) {
    let (name, _) = one_line(name, LONGEST_HEADING_CHARS);
    item(out, &format!("{name}: {}", value.trim()));
}

fn item(out: &mut String, words: &str) {
    for (n, line) in words.lines().filter(|line| !line.trim().is_empty()).enumerate() {
        out.push_str(if n == 0 { "- " } else { "  " });
        out.push_str(line.trim());
        out.push('\n');
    }
}

pub(super) fn table_row<'a>(out: &mut String, cells: impl Iterator<Item = &'a str>) {
    out.push('|');
    for cell in cells {
        out.push(' ');
        for (n, word) in cell.split_whitespace().enumerate() {
            if n > 0 {
                out.push(' ');
            }
            out.push_str(&word.replace('|', "\\|"));
        }
        out.push_str(" |");
    }
    out.push('\n');
}

/// The words on one line, and whether that is all of them.
pub(super) fn one_line(text: &str, most_chars: usize) -> (String, bool) {
    let mut line = String::new();
    let mut chars = 0;
    for word in text.split_whitespace() {
        let kept: String = word.chars().take(most_chars - chars).collect();
        line.push_str(&kept);
        if kept.len() < word.len() || chars + kept.chars().count() + 1 >= most_chars {
            let is_whole =
                text.trim_end().ends_with(word) && kept.len() == word.len() && line.len() + 8 > text.trim().len();
            return (line, is_whole);
        }
        chars += kept.chars().count() + 1;
        line.push(' ');
    }
    line.truncate(line.trim_end().len());
    (line, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &[&str], rows: &[&[&str]], expected: &str) {
        let mut measure = Measure::default();
        rows.iter().for_each(|row| measure.row(row.iter().copied()));
        let mut writer = Writer::new(header.iter().map(|&name| name.to_owned()).collect(), measure, 2);
        rows.iter().for_each(|row| writer.row(row.iter().copied()));
        assert_eq!(writer.finish(), (expected.to_owned(), 0));
    }

    #[test]
    fn short_rows_are_a_table() {
        check(
            &["Plan", "Price"],
            &[&["Team", "9 | 10"], &["", ""], &["Free "]],
            "| Plan | Price |\n| --- | --- |\n| Team | 9 \\| 10 |\n| Free |\n",
        );
        check(&["Word"], &[&["one"], &["two\nlines"]], "- one\n- two\n  lines\n");
    }

    #[test]
    fn questions_are_headings() {
        check(
            &["Kategorie", "FRAGE", "Antwort"],
            &[&["Konto", "Wie melde\nich mich an?", "Mit der Adresse.\n\nUnd dem Kennwort."]],
            "## Wie melde ich mich an?\n\nMit der Adresse.\n\nUnd dem Kennwort.\n\n- Kategorie: Konto\n\n",
        );
    }

    #[test]
    fn prose_has_sections() {
        let body = "words ".repeat(60);
        let expected = format!("## Printer\n\n{}\n\n- id: 7\n- tags: a, b\n\n", body.trim());
        check(&["id", "Title", "Body", "tags"], &[&["7", "Printer", &body, "a, b"]], &expected);
    }

    #[test]
    fn a_line_is_cut_and_that_is_told() {
        assert_eq!(one_line(" a \n b ", 10), ("a b".to_owned(), true));
        assert_eq!(one_line("abcdef", 3), ("abc".to_owned(), false));
        assert_eq!(one_line("abc def", 3), ("abc".to_owned(), false));
        assert_eq!(one_line(&"x".repeat(100_000), 200).0.len(), 200);
    }
}
