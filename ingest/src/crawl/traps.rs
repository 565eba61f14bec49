//! Traps: places with endlessly many addresses and nothing new at any of them.
//!
//! Three guards, from cheap to slow: how an address looks, how many of one kind were taken, and whether pages of one
//! kind still bring anything new ([`super::novelty`]). Each verdict says why. None of them knows the pages of a site
//! from its traps for sure: what is refused here is in the ledger, and a person may raise the limits of the plan.

use std::collections::{HashMap, HashSet, VecDeque};

use super::address::Address;

const MOST_LEVELS: usize = 20;
const MOST_REPEATS: usize = 2;
const MOST_PARAMETERS: usize = 10;
/// Values of one set of parameters on one path: lists, filters and sorting in every combination.
const MOST_VALUES: [(usize, usize); 3] = [(1, 5000), (2, 1000), (usize::MAX, 100)];
/// Sets of parameters on one path.
const MOST_SETS: usize = 24;
/// Addresses that differ in a date only: ten years of months.
const MOST_DATES: usize = 120;
/// Of the last pages of one shape, so many may bring nothing new before the shape is closed...
const SHAPE_WINDOW: (usize, usize) = (12, 11);
/// ... and of the last pages below one folder.
const FOLDER_WINDOW: (usize, usize) = (60, 56);

/// What one round has seen of each kind of address.
#[derive(Debug, Default)]
pub struct Traps {
    sets_of_path: HashMap<String, HashSet<String>>,
    values_of_set: HashMap<String, usize>,
    dates_of_shape: HashMap<String, usize>,
    shapes: HashMap<String, Kin>,
    folders: HashMap<String, Kin>,
}

/// Pages that look alike.
#[derive(Debug, Default)]
struct Kin {
    queued: usize,
    /// Whether each of the last pages was stale.
    last: VecDeque<bool>,
    closed: bool,
}

impl Traps {
    /// Whether an address that turned up is worth a place in the queue; if not, why. Counts it.
    pub fn admit(&mut self, address: &Address) -> Result<(), String> {
        // A disk has an end.
        if address.is_file() {
            return Ok(());
        }
        looks(address)?;
        self.is_open(address)?;
        self.count_query(address)?;
        self.count_dates(address)?;
        self.shapes.entry(shape(address)).or_default().queued += 1;
        for folder in folders(address) {
            self.folders.entry(folder.to_owned()).or_default().queued += 1;
        }
        Ok(())
    }

    /// Whether its kind still brings something new: asked again when its turn comes.
    pub fn is_open(&self, address: &Address) -> Result<(), String> {
        let closed = |kin: Option<&Kin>| kin.is_some_and(|kin| kin.closed);
        let mut folders = folders(address).into_iter();
        if closed(self.shapes.get(&shape(address))) || folders.any(|folder| closed(self.folders.get(folder))) {
            return Err("the last pages like this one, by their address, had nothing new on them".to_owned());
        }
        Ok(())
    }

    /// A page was read: whether there was anything on it that no page before had.
    pub fn learn(&mut self, address: &Address, stale: bool) {
        if address.is_file() {
            return;
        }
        self.shapes.entry(shape(address)).or_default().learn(stale, SHAPE_WINDOW);
        for folder in folders(address) {
            self.folders.entry(folder.to_owned()).or_default().learn(stale, FOLDER_WINDOW);
        }
    }

    /// How long an address should wait behind others as far from the start: pages of large families come after pages
    /// of small ones, so that whatever is endless starves nothing.
    pub fn crowding(&self, address: &Address) -> u32 {
        let queued = |kin: Option<&Kin>| kin.map_or(0, |kin| kin.queued);
        let folders = folders(address).into_iter().map(|folder| queued(self.folders.get(folder))).max();
        let crowd = queued(self.shapes.get(&shape(address))) / 50 + folders.unwrap_or_default() / 200;
        u32::try_from(crowd).unwrap_or(u32::MAX)
    }

    fn count_query(&mut self, address: &Address) -> Result<(), String> {
        let Some(query) = address.url().query() else { return Ok(()) };
        let keys: Vec<&str> = query.split('&').map(key_of).collect();
        let path = address.url().path();
        let sets = self.sets_of_path.entry(path.to_owned()).or_default();
        let set = keys.join("&");
        if sets.len() >= MOST_SETS && !sets.contains(&set) {
            return Err(format!("{path} is asked for with more than {MOST_SETS} sets of parameters"));
        }
        sets.insert(set.clone());
        let count = self.values_of_set.entry(format!("{path}?{set}")).or_default();
        let most = MOST_VALUES.iter().find(|(parameters, _)| keys.len() <= *parameters).map_or(0, |(_, most)| *most);
        *count += 1;
        match *count > most {
            true => Err(format!("{path} is asked for with more than {most} values of {}", set.replace('&', ", "))),
            false => Ok(()),
        }
    }

    fn count_dates(&mut self, address: &Address) -> Result<(), String> {
        if !is_dated(address) {
            return Ok(());
        }
        let count = self.dates_of_shape.entry(shape(address)).or_default();
        *count += 1;
        match *count > MOST_DATES {
            true => Err(format!("it looks like a calendar: more than {MOST_DATES} addresses differ in a date only")),
            false => Ok(()),
        }
    }
}

impl Kin {
    fn learn(&mut self, stale: bool, (window, most): (usize, usize)) {
        self.last.push_back(stale);
        if self.last.len() > window {
            self.last.pop_front();
        }
        self.closed |= self.last.iter().filter(|stale| **stale).count() >= most;
    }
}

/// What can be told from the address alone.
pub fn looks(address: &Address) -> Result<(), String> {
    let segments: Vec<&str> = address.url().path().split('/').filter(|segment| !segment.is_empty()).collect();
    if segments.len() > MOST_LEVELS {
        return Err(format!("its path is more than {MOST_LEVELS} levels deep"));
    }
    let repeats = |segment: &str| segments.iter().filter(|other| **other == segment).count();
    if let Some(segment) = segments.iter().find(|segment| repeats(segment) > MOST_REPEATS) {
        return Err(format!("its path repeats {segment:?} more than {MOST_REPEATS} times"));
    }
    if let Some(pair) = segments.windows(4).find(|four| four[..2] == four[2..] && four[0] != four[1]) {
        return Err(format!("its path repeats \"{}/{}\"", pair[0], pair[1]));
    }
    let parameters = address.url().query().map_or(0, |query| query.split('&').count());
    match parameters > MOST_PARAMETERS {
        true => Err(format!("it has more than {MOST_PARAMETERS} parameters")),
        false => Ok(()),
    }
}

/// The address with its numbers blanked: `/news/#?page=#`.
fn shape(address: &Address) -> String {
    let mut shape = address.origin().to_owned();
    let mut in_number = false;
    for c in address.path_and_query().chars() {
        if !c.is_ascii_digit() {
            shape.push(c);
        } else if !in_number {
            shape.push('#');
        }
        in_number = c.is_ascii_digit();
    }
    shape
}

/// The first folder of its path, and the second in it: `https://acme.example/docs/` and `https://acme.example/docs/v2/`.
/// Not the root, which has the whole site in it.
fn folders(address: &Address) -> Vec<&str> {
    let (whole, start) = (address.as_str(), address.origin().len());
    let path = address.url().path();
    path.match_indices('/').skip(1).take(2).map(|(at, _)| &whole[..=start + at]).collect()
}

/// Whether it names a year, and a month or day beside it: `/2031/05`, `?year=2031&month=5`, `/2031-05-01`.
fn is_dated(address: &Address) -> bool {
    let numbers: Vec<&str> =
        address.path_and_query().split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty()).collect();
    let compact = |number: &str| number.len() == 8 || number.len() == 6;
    let year = |number: &str| {
        (number.len() == 4 || compact(number)) && matches!(&number[..2], "18" | "19" | "20" | "21" | "22" | "23")
    };
    let day = |number: &str| number.len() <= 2 && number.parse().is_ok_and(|number: u32| (1..=31).contains(&number));
    numbers.iter().any(|number| year(number) && (compact(number) || numbers.iter().any(|other| day(other))))
}

fn key_of(pair: &str) -> &str {
    pair.split_once('=').map_or(pair, |(key, _)| key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(path: &str) -> Address {
        Address::parse(&format!("https://acme.example{path}")).unwrap()
    }

    fn check(path: &str, expected: Result<(), &str>) {
        assert_eq!(looks(&address(path)).as_ref().map(|_| ()).map_err(String::as_str), expected, "{path}");
    }

    #[test]
    fn an_address_may_look_wrong() {
        check("/docs/v2/docs/", Ok(()));
        check("/a/b/a/c/a", Err("its path repeats \"a\" more than 2 times"));
        check("/x/a/b/a/b", Err("its path repeats \"a/b\""));
        check("/a/a", Ok(()));
        check(
            "/a1/b2/c3/d4/e5/f6/g7/h8/i9/j10/k11/l12/m13/n14/o15/p16/q17/r18/s19/t20/u21",
            Err("its path is more than 20 levels deep"),
        );
        check("/?a=1&b=1&c=1&d=1&e=1&f=1&g=1&h=1&i=1&j=1&k=1", Err("it has more than 10 parameters"));
    }

    /// How many of these addresses are admitted.
    fn admitted(paths: impl Iterator<Item = String>) -> usize {
        let mut traps = Traps::default();
        paths.filter(|path| traps.admit(&address(path)).is_ok()).count()
    }

    #[test]
    fn calendars_end() {
        let months = (1950..2200).flat_map(|year| (1..=12).map(move |month| (year, month)));
        assert_eq!(admitted(months.clone().map(|(year, month)| format!("/cal/{year}/{month:02}"))), MOST_DATES);
        assert_eq!(admitted(months.clone().map(|(y, m)| format!("/cal?year={y}&month={m}"))), MOST_DATES);
        let name = |year: i32| format!("{year}").bytes().map(|digit| char::from(digit + 49)).collect::<String>();
        assert_eq!(admitted(months.map(|(year, month)| format!("/news/{year}/{month}/{}", name(year)))), 3000);
    }

    #[test]
    fn numbered_articles_do_not() {
        assert_eq!(admitted((0..3000).map(|id| format!("/kb/article-{id}"))), 3000);
        assert_eq!(admitted((0..3000).map(|id| format!("/view.php?id={id}"))), 3000);
    }

    #[test]
    fn combinations_of_parameters_end() {
        assert_eq!(admitted((0..500).map(|n| format!("/shop?color={}&size={}&sort={}", n % 7, n % 11, n % 13))), 100);
        let sets = (1..200_u32).map(|bits| {
            let keys: Vec<String> =
                (0..8).filter(|key| bits & (1 << key) != 0).map(|key| format!("f{key}=1")).collect();
            format!("/list?{}", keys.join("&"))
        });
        assert_eq!(admitted(sets), MOST_SETS);
    }

    #[test]
    fn a_shape_without_news_is_closed() {
        let mut traps = Traps::default();
        for page in 0..10 {
            traps.learn(&address(&format!("/list/{page}")), true);
        }
        traps.learn(&address("/list/17"), false);
        assert_eq!(traps.is_open(&address("/list/18")), Ok(()));
        traps.learn(&address("/list/18"), true);
        assert!(traps.is_open(&address("/list/19")).is_err());
        assert_eq!(traps.is_open(&address("/list/about")), Ok(()));
    }

    #[test]
    fn so_is_a_folder_of_words() {
        let mut traps = Traps::default();
        let word = |n: u32| char::from_u32(u32::from('a') + n % 26).unwrap();
        for n in 0..60 {
            traps.learn(&address(&format!("/pit/deep/{}{}", word(n), word(n / 26))), true);
        }
        assert!(traps.is_open(&address("/pit/deep/more/zz")).is_err());
        assert_eq!(traps.is_open(&address("/pit")), Ok(()));
        assert_eq!(folders(&address("/a")), [""; 0]);
        assert_eq!(folders(&address("/a/b/c?d=/")), ["https://acme.example/a/", "https://acme.example/a/b/"]);
    }

    #[test]
    fn families_wait_behind_single_pages() {
        let mut traps = Traps::default();
        for page in 0..500 {
            traps.admit(&address(&format!("/pit/{page}"))).unwrap();
        }
        assert!(traps.crowding(&address("/pit/501")) >= 10);
        assert_eq!(traps.crowding(&address("/about")), 0);
    }
}
