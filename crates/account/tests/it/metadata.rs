//! What an account rests on, as SDMX says it.

use olshem_account::{Account, metadata};
use olshem_formats::Content;
use olshem_formats::files::{Known, collect};
use olshem_formats::message::Header;
use olshem_formats::metadata::Metadata;
use olshem_formats::sdmx::ml::write::{Version, structure_message};
use std::path::Path;

fn counted(metadata: &Metadata) -> String {
    let codes: usize = metadata.codelists.iter().map(|list| list.content.items().len()).sum();
    let statements: usize = metadata.transformation_schemes.iter().map(|s| s.content.len()).sum();
    let items: usize = metadata.item_schemes.iter().map(|scheme| scheme.content.len()).sum();
    format!(
        "{} codelists ({codes}), {} structures, {} dataflows, {} provided, {} hierarchies, {} schemes of \
         statements ({statements}), {} other schemes ({items})",
        metadata.codelists.len(),
        metadata.structures.len(),
        metadata.dataflows.len(),
        metadata.provision_agreements.len(),
        metadata.hierarchies.len(),
        metadata.transformation_schemes.len(),
        metadata.item_schemes.len(),
    )
}

/// The messages are left in the folder of temporary files, for whoever wants to validate them.
#[test]
fn the_account_of_kazakhstan_is_a_structure_message() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../accounts/kazakhstan");
    let metadata = metadata(&Account::load(&folder).unwrap());
    let mut told = format!("made: {}\n", counted(&metadata));
    for (version, name) in [(Version::V21, "2.1"), (Version::V30, "3.0")] {
        let mut message = Vec::new();
        let header = Header::default();
        let lost = structure_message(metadata.clone(), &header, version, &mut message).unwrap();
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("kazakhstan-{name}.xml"));
        std::fs::write(file, &message).unwrap();
        let content = Content::in_memory("kazakhstan.xml", message);
        let (_, read) = collect(&content, &Known::default()).unwrap();
        told += &format!("{name}: {}\n", counted(&read.metadata));
        for loss in lost {
            told += &format!("  lost: {}\n", loss.0);
        }
    }
    insta::assert_snapshot!(told);
}
