use std::{collections::HashMap, time::Instant, fs};
use ingest::{chunk::*, clean::*, parse::*};
fn bag(t:&str)->HashMap<String,i64>{let mut m=HashMap::new(); for w in t.split(|c:char|!c.is_alphanumeric()).filter(|w|!w.is_empty()){*m.entry(w.to_lowercase()).or_insert(0)+=1;} m}
fn f1(a:&str,b:&str)->f64{let(a,b)=(bag(a),bag(b));let i:i64=a.iter().map(|(w,n)|(*n).min(*b.get(w).unwrap_or(&0))).sum();let(s,t)=(a.values().sum::<i64>(),b.values().sum::<i64>());if i==0{return 0.}let(p,r)=(i as f64/s as f64,i as f64/t as f64);2.*p*r/(p+r)}
fn main(){
 let args:Vec<String>=std::env::args().collect();
 match args[1].as_str(){
 "html"=>{ // dir with <id>.html and <id>.txt
   let mut tot=0.;let mut n=0;let mut t=0.;let mut bytes=0;
   for e in fs::read_dir(&args[2]).unwrap(){let p=e.unwrap().path(); if p.extension().map_or(true,|x|x!="html"){continue}
     let b=fs::read(&p).unwrap();let gt=fs::read_to_string(p.with_extension("txt")).unwrap();
     let s=Instant::now(); let r=parse(Kind::Html,&b,Some("https://e.org/x")); let d=s.elapsed().as_secs_f64(); t+=d; bytes+=b.len();
     match r{Ok(r)=>{let c=clean(&r.markdown);let f=f1(&plain_text(&c.text),&gt);tot+=f;n+=1; if args.len()>3{println!("{:?} {:.3} {:.1}ms {:?} {:?} {:?}",p.file_name().unwrap(),f,d*1e3,r.title,r.problems,c.problems);}}
       Err(e)=>{n+=1;println!("{p:?} {e}")}}}
   println!("pages {n} f1 {:.4} ms/page {:.2} MB/s {:.1}",tot/n as f64,t*1e3/n as f64,bytes as f64/1e6/t);}
 "chunk"=>{ // tokenizer, dir of files
   let ch=Chunker::from_tokenizer_json(&fs::read(&args[2]).unwrap(),ChunkSettings::default()).unwrap();
   let mut docs=vec![];
   for e in fs::read_dir(&args[3]).unwrap(){let p=e.unwrap().path(); if p.is_file(){docs.push(clean(&String::from_utf8_lossy(&fs::read(p).unwrap())).text)}}
   let tk=tokenizers::Tokenizer::from_bytes(fs::read(&args[2]).unwrap()).map(|mut t|{t.with_truncation(None).unwrap().with_padding(None);t}).unwrap();
   let s=Instant::now();let all:Vec<_>=docs.iter().map(|d|ch.chunk(d)).collect();let d=s.elapsed().as_secs_f64();
   let s=Instant::now();let toks:usize=docs.iter().map(|d|tk.encode_fast(d.as_str(),false).unwrap().len()).sum();let d2=s.elapsed().as_secs_f64();
   let n:usize=all.iter().map(|c|c.len()).sum();
   let sizes:Vec<usize>={let mut v:Vec<usize>=all.iter().flatten().map(|c|tk.encode_fast(c.text.as_str(),false).unwrap().len()).collect();v.sort();v};
   let ends=all.iter().flatten().filter(|c|{let t=c.text.trim_end();t.ends_with(['.','!','?',':','|','`',')','"','*','”'])}).count();
   println!("docs {} chunks {n} tokens {toks} {:.0} docs/s  tokenise-once {:.0} docs/s  sizes p5 {} p50 {} p95 {} max {} ends well {:.3}",docs.len(),docs.len() as f64/d,docs.len() as f64/d2,sizes[n/20],sizes[n/2],sizes[n*95/100],sizes[n-1],ends as f64/n as f64);
   if args.len()>4{for c in all.iter().flatten().take(args[4].parse().unwrap()){println!("--- [{}] {:?}\n{}",c.ordinal,c.heading,c.text)}}}
 "faults"=>{let ch=Chunker::from_tokenizer_json(&fs::read(&args[2]).unwrap(),ChunkSettings::default()).unwrap();
   let tk=tokenizers::Tokenizer::from_bytes(fs::read(&args[2]).unwrap()).map(|mut t|{t.with_truncation(None).unwrap().with_padding(None);t}).unwrap();
   let (mut n,mut head,mut open,mut close,mut stub,mut headend)=(0,0,0,0,0,0);
   for e in fs::read_dir(&args[3]).unwrap(){let p=e.unwrap().path(); if !p.is_file(){continue} let d=clean(&parse(Kind::Markdown,&fs::read(p).unwrap(),None).map(|p|p.markdown).unwrap_or_default()).text;
    for c in ch.chunk(&d){n+=1; let l:Vec<&str>=c.text.lines().filter(|l|!l.trim().is_empty()).collect();
      if l.iter().all(|l|l.starts_with('#')){head+=1; if args.len()>4{println!("H {:?}",c.text)}} else if l.last().unwrap().starts_with('#'){headend+=1;if args.len()>4{println!("HE {:?}",l.last())}}
      if l.last().unwrap().trim().starts_with("```")&&c.text.matches("```").count()%2==1{open+=1;if args.len()>4{println!("O {:?}",c.text)}}
      if l[0].trim()=="```"&&c.text.matches("```").count()%2==1{close+=1}
      if tk.encode_fast(c.text.as_str(),false).unwrap().len()<25{stub+=1; if args.len()>5{println!("S {:?}",c.text)}}}}
   println!("chunks {n} only-heading {head} ends-in-heading {headend} ends-in-open-fence {open} starts-with-close {close} under-25 {stub}");}
 "big"=>{let ch=Chunker::from_tokenizer_json(&fs::read(&args[2]).unwrap(),ChunkSettings::default()).unwrap();
   let one=fs::read_to_string(&args[3]).unwrap(); for k in [1,4,16]{let t=one.repeat(k);let s=Instant::now();let c=ch.chunk(&t);println!("{} bytes {} chunks {:.2}s",t.len(),c.len(),s.elapsed().as_secs_f64())}}
 _=>{}}
}
